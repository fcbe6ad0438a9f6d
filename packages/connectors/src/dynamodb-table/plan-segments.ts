import { type AttributeValue, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { tableArn } from "../dynamodb-table-arn.ts";
import type { DynamodbTableManifest } from "./config.ts";
import type { DynamodbTableSource } from "./permissions.ts";

/** What the filter and its placeholders are; they go into the call as they stand in the manifest. */
type Filter = Pick<
  DynamodbTableManifest,
  "filterExpression" | "expressionAttributeNames" | "expressionAttributeValues"
>;

/** One segment of a parallel scan, as planned. */
export interface SegmentDefinition extends Filter {
  readonly segment: number;
  readonly segments: number;
  readonly completionMode: DynamodbTableManifest["dynamoDBTableReaderCompletionMode"];
}

/** Equal segments; the filter is tried first, so that a bad one fails the dataset and not each of its tasks. */
export async function* planSegments(
  { config, manifest, concurrency, access, planned }: PlanningInput<DynamodbTableSource>,
  signal: AbortSignal,
): AsyncGenerator<TaskPlan> {
  const {
    dynamoDBTableReaderTaskCount: segments = concurrency,
    dynamoDBTableReaderCompletionMode: completionMode,
    filterExpression,
    expressionAttributeNames,
    expressionAttributeValues,
  } = manifest as unknown as DynamodbTableManifest;
  const filter: Filter = {
    ...(filterExpression === undefined ? {} : { filterExpression }),
    ...(expressionAttributeNames === undefined ? {} : { expressionAttributeNames }),
    ...(expressionAttributeValues === undefined ? {} : { expressionAttributeValues }),
  };
  const call = { action: "dynamodb:Scan", resource: tableArn(config.tableName, access) };
  const trial = new ScanCommand({ TableName: config.tableName, Limit: 1, ...filterInput(filter) });
  try {
    await withRetry(() => clientFor(DynamoDBClient, access).send(trial, { abortSignal: signal }), { call, signal });
  } catch (thrown) {
    signal.throwIfAborted();
    const problem = classifyAwsError(thrown, call);
    if (problem.code !== "CLOUD_CALL_REFUSED") throw problem;
    throw new Problem("MANIFEST_INVALID", problem.message, { path: "manifestFile.filterExpression", cause: thrown });
  }
  for (let segment = 0; segment < segments; segment++) {
    const position = String(segment);
    if (planned.has(position)) continue;
    const definition = { segment, segments, completionMode, ...filter } satisfies SegmentDefinition;
    yield { position, readerDefinition: definition };
  }
}

/** The filter as the call takes it. */
export function filterInput(filter: Filter) {
  const { filterExpression, expressionAttributeNames, expressionAttributeValues } = filter;
  return {
    FilterExpression: filterExpression,
    ExpressionAttributeNames: expressionAttributeNames,
    ExpressionAttributeValues:
      expressionAttributeValues === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(expressionAttributeValues).map(([name, value]) => [name, attributeValue(value)]),
          ),
  };
}

/** DynamoDB JSON as the SDK's values: binary ones are base64 in JSON. */
function attributeValue(json: unknown): AttributeValue {
  const [[type, value] = []] = Object.entries(json as Readonly<Record<string, unknown>>);
  switch (type) {
    case "B":
      return { B: Buffer.from(String(value), "base64") };
    case "BS":
      return { BS: (value as readonly string[]).map((one) => Buffer.from(one, "base64")) };
    case "L":
      return { L: (value as readonly unknown[]).map(attributeValue) };
    case "M":
      return {
        M: Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, attributeValue(inner)])),
      };
    default:
      return json as AttributeValue;
  }
}
