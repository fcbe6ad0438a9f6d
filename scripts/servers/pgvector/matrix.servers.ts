import { describe } from "vitest";
import { describeMatrix } from "../../../e2e/src/faults/matrix/describe-matrix.ts";
import { openPgvectorTarget, pgvectorTraits } from "../../../e2e/src/faults/matrix/pgvector-target.ts";
import { sourceNames } from "../../../e2e/src/faults/matrix/sources.ts";
import { startPgvector } from "./start-pgvector.ts";

describe("write PGVECTOR", () => {
  describeMatrix({
    targets: {},
    opened: {
      pgvector: {
        ...pgvectorTraits,
        open: async (installation) => openPgvectorTarget(installation, await startPgvector()),
      },
    },
    rounds: sourceNames.length,
  });
});
