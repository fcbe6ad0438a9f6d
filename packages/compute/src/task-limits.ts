import { wholeNumber } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";

export const concurrencyAttribute = field(wholeNumber(1, 1000).default(10), {
  label: "Concurrency",
  help: "How many tasks run at once; the others wait.",
  example: 20,
});
export const memoryAttribute = field(wholeNumber(128, 10_240).default(10_240), {
  label: "Memory (MB)",
  help: "Memory of one task; its share of the processor grows with it.",
  example: 2048,
});
export const timeoutAttribute = field(wholeNumber(30, 900).default(300), {
  label: "Time-out (s)",
  help: "Longest attempt. A task that needs longer saves its position and goes on in a new attempt.",
  example: 600,
});
export const logLevelAttribute = field(z.enum(["DEBUG", "INFO", "WARN", "ERROR"]).default("INFO"), {
  label: "Log level",
  help: "Least severe line that is kept.",
  example: "WARN",
});
export const engineTypeText = {
  label: "Compute engine",
  help: "What runs your handler: Lambda functions, Lambda with model inference by SageMaker, or Spark. A local installation runs them as processes.",
  example: "LAMBDA",
  valueLabels: { LAMBDA: "Lambda", LAMBDA_AND_SAGEMAKER: "Lambda and SageMaker", SPARK: "Spark" },
};
