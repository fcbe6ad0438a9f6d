import { ownedBy, ownedByDefault, regionAttribute, secretArnText, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { dimensions, vectorAttributeName } from "../vector-attributes.ts";

const destination = {
  connectorDestination: field(z.literal("MOMENTO_VECTOR_INDEX"), {
    label: "Destination",
    help: "A Momento vector index. Its vendor has retired the service: prefer S3 Vectors or pgvector.",
    example: "MOMENTO_VECTOR_INDEX",
    valueLabels: { MOMENTO_VECTOR_INDEX: "Momento Vector Index (retired)" },
  }),
};
const ownerText = {
  label: "Index belongs to",
  help: "LetsData makes an index for this dataset; Customer writes to an index of yours.",
  example: "Customer",
};
const token = field(secretArnText(), {
  label: "Token secret",
  help: "Secret that holds the Momento auth token.",
  example: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:momento",
});
const index = {
  numDimensions: dimensions(4096),
  similarityMetric: field(
    z.enum(["COSINE_SIMILARITY", "INNER_PRODUCT", "EUCLIDEAN_SIMILARITY"]).default("COSINE_SIMILARITY"),
    {
      label: "Similarity",
      help: "How the index compares vectors.",
      example: "COSINE_SIMILARITY",
      valueLabels: { COSINE_SIMILARITY: "Cosine", INNER_PRODUCT: "Inner product", EUCLIDEAN_SIMILARITY: "Euclidean" },
    },
  ),
  vectorAttributeName,
  ...regionAttribute,
};

export const momentoWriteConfig = z.discriminatedUnion("resourceLocation", [
  z.strictObject({
    ...destination,
    resourceLocation: ownedByDefault("LetsData", ownerText),
    indexName: field(z.string(), { label: "Index", help: "Named by the system.", generated: true }).optional(),
    momentoAuthTokenArn: token.optional(),
    ...index,
  }),
  z.strictObject({
    ...destination,
    resourceLocation: ownedBy("Customer", ownerText),
    indexName: field(textOf(/^\S{1,128}$/, "must be an index name of at most 128 characters without blanks"), {
      label: "Index",
      help: "Name of your index.",
      example: "pages",
    }),
    momentoAuthTokenArn: token,
    ...index,
  }),
]);
export type MomentoWriteConfig = z.infer<typeof momentoWriteConfig>;
