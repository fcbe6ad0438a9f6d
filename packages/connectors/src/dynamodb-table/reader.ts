import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position, ReadBatch, Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import { keyFromText, keyToText } from "../dynamodb-key-text.ts";
import { type Attributes, plainJson } from "../dynamodb-plain-json.ts";
import { tableArn } from "../dynamodb-table-arn.ts";
import { describeTable, keyAttributes } from "../dynamodb-table-schema.ts";
import { SIGN_OF_LIFE_MS, systemClock } from "../reader-clock.ts";
import { sourceMissing } from "../source-missing.ts";
import type { DynamodbTableSource } from "./permissions.ts";
import { filterInput, type SegmentDefinition } from "./plan-segments.ts";

/** Items looked at in one call, which also ends at 1 MB: checkpoints fall between calls. */
const PAGE_ITEMS_MAX = 1_000;
const PAUSE_BETWEEN_SCANS_MS = 60_000;

interface ScanPosition {
  /** 1 for the first; behind the last scan one more than it. */
  readonly scan: number;
  /** Key of the last item looked at, as DynamoDB JSON text; null at a scan's beginning. */
  readonly lastEvaluatedKey: string | null;
  /** Epoch milliseconds before which the scan does not begin. */
  readonly notBefore: number;
}

/** Scans one segment of a table, once or again and again (product.md §5). */
export function openSegmentReader(
  {
    config,
    definition,
    access,
  }: {
    readonly config: DynamodbTableSource;
    readonly definition: SegmentDefinition;
    readonly access: CloudAccess;
  },
  clock = systemClock,
): Reader {
  const { tableName: TableName } = config;
  const { segment, segments, completionMode } = definition;
  const source = { type: String(segment), name: TableName };
  const call = { action: "dynamodb:Scan", resource: tableArn(TableName, access) };
  const missing = sourceMissing(`The table ${call.resource}`);
  const input = { TableName, Segment: segment, TotalSegments: segments, ...filterInput(definition) };

  async function scanPage(lastEvaluatedKey: string | null, signal: AbortSignal) {
    const ExclusiveStartKey = lastEvaluatedKey === null ? undefined : keyFromText(lastEvaluatedKey);
    try {
      return await clientFor(DynamoDBClient, access).send(
        new ScanCommand({ ...input, Limit: PAGE_ITEMS_MAX, ExclusiveStartKey }),
        { abortSignal: signal },
      );
    } catch (thrown) {
      signal.throwIfAborted();
      return missing(classifyAwsError(thrown, call));
    }
  }

  async function* read(from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const table = await describeTable(TableName, access, signal).catch(missing);
    const keyNames = keyAttributes(table).map(({ name }) => name);
    let at: ScanPosition =
      from === null ? { scan: 1, lastEvaluatedKey: null, notBefore: 0 } : scanPosition(from, TableName);
    const positionNow = (): Position => ({ ...at });
    while (!signal.aborted && (completionMode === "Continuous" || at.scan === 1)) {
      for (let waitMs = at.notBefore - clock.now(); waitMs > 0; waitMs = at.notBefore - clock.now()) {
        await clock.sleep(Math.min(waitMs, SIGN_OF_LIFE_MS), signal);
        if (signal.aborted) return;
        yield { records: [], nextPosition: positionNow(), bytesRead: 0 };
      }
      const { Items = [], LastEvaluatedKey } = await scanPage(at.lastEvaluatedKey, signal);
      const records = Items.map((item) => recordOf(item, keyNames));
      const before = at;
      const positionBehind = (count: number): Position => ({
        ...before,
        lastEvaluatedKey: keyToText(keyOf(Items[count - 1]!, keyNames)),
      });
      at =
        LastEvaluatedKey === undefined
          ? { scan: at.scan + 1, lastEvaluatedKey: null, notBefore: clock.now() + PAUSE_BETWEEN_SCANS_MS }
          : { ...at, lastEvaluatedKey: keyToText(LastEvaluatedKey) };
      const bytesRead = records.reduce((sum, { body }) => sum + body.length, 0);
      yield { records, nextPosition: positionNow(), positionBehind, bytesRead };
    }
  }

  function keyOf(item: Attributes, keyNames: readonly string[]): Attributes {
    return Object.fromEntries(keyNames.map((name) => [name, item[name]!]));
  }

  function recordOf(item: Attributes, keyNames: readonly string[]): SourceRecord {
    const keys = plainJson(keyOf(item, keyNames));
    const body = Buffer.from(`{"keys":${keys},"item":${plainJson(item)}}`);
    return { source, start: keys, end: keys, body, attributes: {} };
  }

  return { read, close: () => Promise.resolve() };
}

function scanPosition({ scan, lastEvaluatedKey, notBefore }: Position, tableName: string): ScanPosition {
  const isKey = typeof lastEvaluatedKey === "string" || lastEvaluatedKey === null;
  if (typeof scan === "number" && isKey && typeof notBefore === "number") return { scan, lastEvaluatedKey, notBefore };
  throw new Problem("INTERNAL", `The checkpoint of ${tableName} is not one of the table reader.`);
}
