import {
  attributeNameText,
  ownedBy,
  ownedByDefault,
  regionAttribute,
  tableNameText,
  wholeNumber,
} from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";

const destination = {
  connectorDestination: field(z.literal("DYNAMODB"), {
    label: "Destination",
    help: "Items in a DynamoDB table.",
    example: "DYNAMODB",
    valueLabels: { DYNAMODB: "Amazon DynamoDB" },
  }),
};
const ownerText = {
  label: "Table belongs to",
  help: "LetsData makes a table for this dataset and opens it to your account; Customer writes to a table of yours.",
  example: "LetsData",
};
const keys = {
  partitionKeyAttributeName: field(attributeNameText().default("documentId"), {
    label: "Partition key",
    help: "Document attribute that is the table's partition key. In a table LetsData makes it is text.",
    example: "userId",
  }),
  sortKeyAttributeName: field(attributeNameText(), {
    label: "Sort key",
    help: "Document attribute that is the table's sort key, if it has one. In a table LetsData makes it is text.",
    example: "time",
  }).optional(),
  ...regionAttribute,
};
const billingMode = field(z.enum(["PAY_PER_REQUEST", "PROVISIONED"]), {
  label: "Capacity",
  help: "Pay for each request, or keep a fixed capacity, which needs both units. Only used for a table LetsData makes.",
  example: "PROVISIONED",
  valueLabels: { PAY_PER_REQUEST: "On demand", PROVISIONED: "Provisioned" },
});
const units = {
  readCapacityUnits: field(wholeNumber(1, 40_000), {
    label: "Read units",
    help: "Provisioned read capacity of a table LetsData makes.",
    example: 5,
  }).optional(),
  writeCapacityUnits: field(wholeNumber(1, 40_000), {
    label: "Write units",
    help: "Provisioned write capacity of a table LetsData makes: one unit is 1 KB a second.",
    example: 200,
  }).optional(),
};

export const dynamodbWriteConfig = z.discriminatedUnion("resourceLocation", [
  z.strictObject({
    ...destination,
    resourceLocation: ownedByDefault("LetsData", ownerText),
    tableName: field(z.string(), { label: "Table", help: "Named by the system.", generated: true }).optional(),
    streamArn: field(z.string(), {
      label: "Table stream ARN",
      help: "Stream of the table's changes, for datasets that read them.",
      generated: true,
    }).optional(),
    ...keys,
    billingMode: billingMode.default("PAY_PER_REQUEST"),
    ...units,
  }),
  z.strictObject({
    ...destination,
    resourceLocation: ownedBy("Customer", ownerText),
    tableName: field(tableNameText(), { label: "Table", help: "Name of your table.", example: "users" }),
    ...keys,
    billingMode: billingMode.optional(),
    ...units,
  }),
]);
export type DynamodbWriteConfig = z.infer<typeof dynamodbWriteConfig>;

/** Of a table LetsData makes. */
export function dynamodbHourly(config: DynamodbWriteConfig) {
  if (config.resourceLocation !== "LetsData" || config.billingMode !== "PROVISIONED") return {};
  return { tableCapacityUnitHours: (config.readCapacityUnits ?? 0) + (config.writeCapacityUnits ?? 0) };
}
