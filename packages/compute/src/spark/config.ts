import { regionAttribute, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import {
  concurrencyAttribute,
  engineTypeText,
  logLevelAttribute,
  memoryAttribute,
  timeoutAttribute,
} from "../task-limits.ts";

export const sparkConfig = z.strictObject({
  computeEngineType: field(z.literal("SPARK"), engineTypeText),
  runSparkInterfaces: field(z.enum(["MAPPER_AND_REDUCER", "MAPPER_ONLY", "REDUCER_ONLY"]), {
    label: "Spark steps",
    help: "Which steps run: a mapper for each manifest line, one reducer over everything, or both.",
    example: "MAPPER_AND_REDUCER",
    valueLabels: {
      MAPPER_AND_REDUCER: "Mappers, then the reducer",
      MAPPER_ONLY: "Only mappers",
      REDUCER_ONLY: "Only the reducer",
    },
  }),
  sparkMasterUrl: field(
    textOf(
      /^(local(\[[\d*,]{1,16}\])?|yarn|spark:\/\/[A-Za-z0-9.-]{1,253}(:\d{1,5})?)$/,
      "must be local[*], yarn or spark://host:port",
    ).default("local[*]"),
    { label: "Spark master", help: "Where Spark runs.", example: "local[*]" },
  ),
  concurrency: concurrencyAttribute,
  memoryLimitInMegabytes: memoryAttribute,
  timeoutInSeconds: timeoutAttribute,
  logLevel: logLevelAttribute,
  ...regionAttribute,
});
export type SparkConfig = z.infer<typeof sparkConfig>;
