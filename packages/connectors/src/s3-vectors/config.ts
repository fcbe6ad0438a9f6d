import { bucketNameText, ownedBy, ownedByDefault, regionAttribute, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { dimensions, vectorAttributeName } from "../vector-attributes.ts";

const destination = {
  connectorDestination: field(z.literal("S3_VECTORS"), {
    label: "Destination",
    help: "A vector index in S3.",
    example: "S3_VECTORS",
    valueLabels: { S3_VECTORS: "Amazon S3 Vectors" },
  }),
};
const ownerText = {
  label: "Index belongs to",
  help: "LetsData makes a vector bucket and index for this dataset; Customer writes to an index of yours.",
  example: "LetsData",
};
const index = {
  numDimensions: dimensions(4096),
  distanceMetric: field(z.enum(["COSINE", "EUCLIDEAN"]).default("COSINE"), {
    label: "Distance",
    help: "How the index compares vectors.",
    example: "COSINE",
    valueLabels: { COSINE: "Cosine", EUCLIDEAN: "Euclidean" },
  }),
  vectorAttributeName,
  ...regionAttribute,
};
const generatedName = (label: string) =>
  field(z.string(), { label, help: "Named by the system.", generated: true }).optional();

export const s3VectorsWriteConfig = z.discriminatedUnion("resourceLocation", [
  z.strictObject({
    ...destination,
    resourceLocation: ownedByDefault("LetsData", ownerText),
    vectorBucketName: generatedName("Vector bucket"),
    indexName: generatedName("Index"),
    ...index,
  }),
  z.strictObject({
    ...destination,
    resourceLocation: ownedBy("Customer", ownerText),
    vectorBucketName: field(bucketNameText(), {
      label: "Vector bucket",
      help: "Your vector bucket.",
      example: "vectors",
    }),
    indexName: field(
      textOf(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be 3 to 63 lower-case letters, digits, hyphens and dots"),
      { label: "Index", help: "Index in that bucket.", example: "pages" },
    ),
    ...index,
  }),
]);
export type S3VectorsWriteConfig = z.infer<typeof s3VectorsWriteConfig>;
