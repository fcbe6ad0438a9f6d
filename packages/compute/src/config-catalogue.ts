import { lambdaConfig } from "./lambda/config.ts";
import { lambdaAndSagemakerConfig } from "./lambda-and-sagemaker/config.ts";
import { sparkConfig } from "./spark/config.ts";

/** Compute engines by `computeEngineType`. */
export const computeEngineConfigs = {
  LAMBDA: { schema: lambdaConfig },
  LAMBDA_AND_SAGEMAKER: { schema: lambdaAndSagemakerConfig },
  SPARK: { schema: sparkConfig },
} as const;

export type ComputeEngineType = keyof typeof computeEngineConfigs;
