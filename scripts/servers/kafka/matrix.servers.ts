import { describe } from "vitest";
import { describeMatrix } from "../../../e2e/src/faults/matrix/describe-matrix.ts";
import { kafkaTarget, kafkaTraits } from "../../../e2e/src/faults/matrix/kafka-target.ts";
import { sourceNames } from "../../../e2e/src/faults/matrix/sources.ts";
import { startKafka } from "./start-kafka.ts";

describe("write KAFKA", () => {
  describeMatrix({
    targets: {},
    opened: { Kafka: { ...kafkaTraits, open: async () => kafkaTarget(await startKafka()) } },
    rounds: sourceNames.length,
  });
});
