import { ownedByDefault, regionAttribute, secretArnText, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";

export const exampleTargetWriteConfig = z.strictObject({
  connectorDestination: field(z.literal("EXAMPLE_TARGET"), {
    label: "Destination",
    help: "What it is and when to write there.",
    example: "EXAMPLE_TARGET",
    valueLabels: { EXAMPLE_TARGET: "Example target" },
  }),
  resourceLocation: ownedByDefault("Customer", {
    label: "Target belongs to",
    help: "Always yours.",
    example: "Customer",
  }),
  endpointUrl: field(textOf(/^https?:\/\/\S{1,1000}$/, "must be an http or https address"), {
    label: "Address",
    help: "Where documents are posted, one JSON line each.",
    example: "https://collector.example/lines",
  }),
  tokenSecretArn: field(secretArnText(), {
    label: "Token secret",
    help: "Secret that holds the token sent with every call.",
    example: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:collector",
  }),
  ...regionAttribute,
});
export type ExampleTargetWriteConfig = z.infer<typeof exampleTargetWriteConfig>;
