import { withRetry } from "@letsdata/aws/with-retry";
import type { PlanningInput, SourceAmount } from "@letsdata/plugin-kit/connector";
import { describeTable } from "../dynamodb-table-schema.ts";
import type { DynamodbTableManifest } from "./config.ts";
import type { DynamodbTableSource } from "./permissions.ts";

/** Items and bytes as DynamoDB counts them, which it does about every six hours. */
export async function amountOfTable(
  { config, manifest, access }: Omit<PlanningInput<DynamodbTableSource>, "planned">,
  signal: AbortSignal,
): Promise<SourceAmount> {
  const { tableName } = config;
  const { dynamoDBTableReaderCompletionMode: mode, filterExpression } = manifest as unknown as DynamodbTableManifest;
  const { ItemCount, TableSizeBytes } = await withRetry(() => describeTable(tableName, access, signal), { signal });
  // A table that was just filled counts as empty: the number says nothing then.
  const isCounted = ItemCount !== undefined && ItemCount > 0;
  return {
    records: isCounted ? ItemCount : null,
    whyNoRecords: isCounted
      ? null
      : `DynamoDB counts no item in ${tableName}; it counts about every six hours, so a new table's number is not known.`,
    bytes: isCounted && TableSizeBytes !== undefined ? TableSizeBytes : null,
    basis: [
      ...(isCounted ? [`Items, as DynamoDB counts them about every six hours: ${ItemCount}.`] : []),
      ...(filterExpression === undefined
        ? []
        : ["Every item is read; how many pass the filter is not known, so the figures are for all: at most."]),
    ],
    goesOn:
      mode === "Continuous"
        ? "The table is scanned again a minute after each scan, until the dataset is stopped."
        : null,
    idleSecondsPerTask: 0,
    arrivalsPerSecondMax: null,
  };
}
