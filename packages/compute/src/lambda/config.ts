import { regionAttribute } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import {
  concurrencyAttribute,
  engineTypeText,
  logLevelAttribute,
  memoryAttribute,
  timeoutAttribute,
} from "../task-limits.ts";

export const lambdaConfig = z.strictObject({
  computeEngineType: field(z.literal("LAMBDA"), engineTypeText),
  concurrency: concurrencyAttribute,
  memoryLimitInMegabytes: memoryAttribute,
  timeoutInSeconds: timeoutAttribute,
  logLevel: logLevelAttribute,
  ...regionAttribute,
});
export type LambdaConfig = z.infer<typeof lambdaConfig>;
