import {
  ownedBy,
  ownerAttribute,
  regionAttribute,
  textMap,
  textOf,
  wholeNumber,
} from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import {
  concurrencyAttribute,
  engineTypeText,
  logLevelAttribute,
  memoryAttribute,
  timeoutAttribute,
} from "../task-limits.ts";

const endpointOwnerText = {
  label: "Endpoint belongs to",
  help: "LetsData makes an endpoint that serves your model; Customer calls an endpoint you already have.",
  example: "Customer",
};
const endpointTypeText = {
  label: "Endpoint type",
  help: "Serverless grows and shrinks by itself; provisioned keeps instances.",
  example: "Serverless",
};
const endpoint = z.discriminatedUnion("sagemakerEndpointResourceLocation", [
  z.strictObject({
    sagemakerEndpointResourceLocation: ownedBy("Customer", endpointOwnerText),
    sagemakerEndpointName: field(
      textOf(
        /^(?=.{1,63}$)[A-Za-z0-9](-*[A-Za-z0-9])*$/,
        "must be an endpoint name of up to 63 letters, digits and hyphens",
      ),
      { label: "Endpoint", help: "Name of your endpoint.", example: "minilm" },
    ),
  }),
  z.discriminatedUnion("sagemakerEndpointType", [
    z.strictObject({
      sagemakerEndpointResourceLocation: ownedBy("LetsData", endpointOwnerText),
      sagemakerEndpointType: field(z.literal("Serverless"), endpointTypeText),
      sagemakerServerless: field(
        z.strictObject({
          sagemakerEndpointConcurrency: field(wholeNumber(1, 200), {
            label: "Endpoint concurrency",
            help: "Calls the endpoint serves at once.",
            example: 10,
          }),
          sagemakerMemoryLimitInMegabytes: field(
            wholeNumber(1024, 6144).multipleOf(1024, { error: "must be a multiple of 1024" }),
            { label: "Endpoint memory (MB)", help: "1024 to 6144 in steps of 1024.", example: 4096 },
          ),
        }),
        { label: "Serverless endpoint", help: "Size of the serverless endpoint." },
      ),
    }),
    z.strictObject({
      sagemakerEndpointResourceLocation: ownedBy("LetsData", endpointOwnerText),
      sagemakerEndpointType: field(z.literal("Provisioned"), endpointTypeText),
      sagemakerProvisioned: field(
        z.strictObject({
          instanceType: field(textOf(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, "must be an instance type such as ml.m5.xlarge"), {
            label: "Instance type",
            help: "SageMaker instance type.",
            example: "ml.m5.xlarge",
          }),
          instanceCount: field(wholeNumber(1, 100), {
            label: "Instances",
            help: "How many instances serve the endpoint.",
            example: 1,
          }),
        }),
        { label: "Provisioned endpoint", help: "Instances of the endpoint." },
      ),
    }),
  ]),
]);

const model = z.strictObject({
  modelResourceLocation: field(z.literal("LetsData").default("LetsData"), {
    label: "Model belongs to",
    help: "LetsData makes the model from your model file.",
    example: "LetsData",
  }),
  modelUrl: field(
    textOf(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.{1,1020}\.tar\.gz$/, "must be the S3 address of a .tar.gz file"),
    { label: "Model file", help: "Packed model in S3.", example: "s3://models/m.tar.gz" },
  ),
  modelUrlResourceLocation: ownerAttribute({
    label: "Model file belongs to",
    help: "Whose rights fetch the model file: yours, through the access grant role, or LetsData's own.",
    example: "Customer",
  }),
  modelEnvironmentVariables: field(textMap(), {
    label: "Model environment",
    help: "Environment variables of the model's container.",
    example: { SAGEMAKER_PROGRAM: "inference.py" },
  }).optional(),
  modelContainerImageName: field(
    textOf(
      /^([A-Za-z]+_Inference_\d+(_\d+)*|\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9][a-z0-9._/-]{0,254}(:[A-Za-z0-9_.-]{1,128}|@sha256:[0-9a-f]{64})?)$/,
      "must be <Framework>_Inference_<version> or the path of an image",
    ),
    {
      label: "Model container",
      help: "Container that serves the model: <Framework>_Inference_<version>, or your own image.",
      example: "HuggingFace_Inference_4_12_3",
    },
  ),
});

export const lambdaAndSagemakerConfig = z.strictObject({
  computeEngineType: field(z.literal("LAMBDA_AND_SAGEMAKER"), engineTypeText),
  lambda: field(
    z
      .strictObject({
        lambdaConcurrency: concurrencyAttribute,
        lambdaMemoryLimitInMegabytes: memoryAttribute,
        lambdaTimeoutInSeconds: timeoutAttribute,
      })
      .prefault({}),
    { label: "Lambda", help: "Limits of the tasks." },
  ),
  model: field(model, {
    label: "Model",
    help: "What an endpoint of LetsData serves; left out with an endpoint of yours.",
  }).optional(),
  endpoint: field(endpoint, { label: "Endpoint", help: "Where texts become vectors." }),
  logLevel: logLevelAttribute,
  ...regionAttribute,
});
export type LambdaAndSagemakerConfig = z.infer<typeof lambdaAndSagemakerConfig>;
