import { ownedByDefault, regionAttribute, secretArnText, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { dimensions, vectorAttributeName } from "../vector-attributes.ts";

export const pgvectorWriteConfig = z.strictObject({
  connectorDestination: field(z.literal("PGVECTOR"), {
    label: "Destination",
    help: "A table of PostgreSQL with the pgvector extension.",
    example: "PGVECTOR",
    valueLabels: { PGVECTOR: "PostgreSQL (pgvector)" },
  }),
  resourceLocation: ownedByDefault("Customer", {
    label: "Database belongs to",
    help: "Always yours.",
    example: "Customer",
  }),
  connectionSecretArn: field(secretArnText(), {
    label: "Connection secret",
    help: "Secret that holds the connection URL; a CA of your own goes below it as PEM text.",
    example: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg",
  }),
  tableName: field(
    textOf(
      /^([A-Za-z_][A-Za-z0-9_$]{0,62}\.)?[A-Za-z_][A-Za-z0-9_$]{0,62}$/,
      "must be a PostgreSQL table name, with its schema if needed",
    ),
    { label: "Table", help: "Table that receives the vectors.", example: "page_vectors" },
  ),
  numDimensions: dimensions(2000),
  vectorAttributeName,
  ...regionAttribute,
});
export type PgvectorWriteConfig = z.infer<typeof pgvectorWriteConfig>;
