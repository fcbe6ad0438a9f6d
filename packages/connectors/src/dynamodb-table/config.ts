import { ownerAttribute, regionAttribute, tableNameText, wholeNumber } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { handlerClass, readerInEveryLanguage } from "../handler-attributes.ts";

export const dynamodbTableReadConfig = readerInEveryLanguage(
  {
    connectorDestination: field(z.literal("DYNAMODB"), {
      label: "Destination",
      help: "The items of a DynamoDB table.",
      example: "DYNAMODB",
      valueLabels: { DYNAMODB: "DynamoDB table" },
    }),
    readerType: field(z.literal("DYNAMODBTABLEREADER").optional().default("DYNAMODBTABLEREADER"), {
      label: "Reader type",
      help: "Follows from the destination.",
      example: "DYNAMODBTABLEREADER",
    }),
    resourceLocation: ownerAttribute({
      label: "Table belongs to",
      help: "Where the table lives: with you, or with LetsData because another dataset made it.",
      example: "Customer",
    }),
    tableName: field(tableNameText(), { label: "Table", help: "Table to scan.", example: "users" }),
  },
  {
    dynamoDBTableItemReaderImplementationClassName: handlerClass(
      "Item reader class",
      "Class that turns an item into a document.",
      "com.acme.UserReader",
    ),
  },
);
export type DynamodbTableReadConfig = z.infer<typeof dynamodbTableReadConfig>;

export const dynamodbTableManifest = z.strictObject({
  manifestType: field(z.literal("DynamoDBTableReaderManifest"), {
    label: "Manifest",
    help: "One task for each segment of the table.",
    example: "DynamoDBTableReaderManifest",
    valueLabels: { DynamoDBTableReaderManifest: "Segments of a table" },
  }),
  dynamoDBTableReaderTaskCount: field(wholeNumber(1, 10_000), {
    label: "Segments",
    help: "How many segments are scanned side by side. Leave it out for the compute engine's concurrency.",
    example: 16,
  }).optional(),
  dynamoDBTableReaderCompletionMode: field(z.enum(["SingleTableScan", "Continuous"]).default("SingleTableScan"), {
    label: "Completion",
    help: "SingleTableScan reads the table once; Continuous begins again a minute after each scan.",
    example: "SingleTableScan",
    valueLabels: { SingleTableScan: "After one scan", Continuous: "When stopped" },
  }),
  filterExpression: field(z.string().min(1).max(4096), {
    label: "Filter",
    help: "DynamoDB filter expression: only items that match become records.",
    example: "#s = :a",
  }).optional(),
  expressionAttributeNames: field(z.record(z.string().min(1).max(255), z.string().min(1).max(255)), {
    label: "Filter names",
    help: "What the filter's names that begin with # stand for.",
    example: { "#s": "state" },
  }).optional(),
  expressionAttributeValues: field(z.record(z.string().min(1).max(255), z.record(z.string().min(1).max(4), z.json())), {
    label: "Filter values",
    help: "What the filter's values that begin with : stand for, in DynamoDB JSON.",
    example: { ":a": { S: "on" } },
  }).optional(),
  ...regionAttribute,
});
export type DynamodbTableManifest = z.infer<typeof dynamodbTableManifest>;
