import type { Cloud } from "../cloud.ts";
import { notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";
import { invalid } from "./attribute-value.ts";
import { batchOperations, batchTables } from "./batch-operations.ts";
import type { DynamodbCall, DynamodbOperation } from "./dynamodb-operation.ts";
import { itemOperations } from "./item-operations.ts";
import { openItemStore } from "./item-store.ts";
import { readOperations } from "./read-operations.ts";
import { parseIterator } from "./stream-iterator.ts";
import { streamOperations } from "./stream-operations.ts";
import { type ChangeStream, openStreamStore } from "./stream-store.ts";
import { statusOf, type TablePlace, tableArn } from "./table.ts";
import { tableOperations } from "./table-operations.ts";
import { openTableStore, resourceNotFound } from "./table-store.ts";

const TABLE_OPERATIONS: Readonly<Record<string, DynamodbOperation>> = {
  ...tableOperations,
  ...itemOperations,
  ...batchOperations,
  ...readOperations,
};
/** Both are signed for with the same name. */
const STREAMS_TARGET = "DynamoDBStreams_20120810.";

export interface DynamodbService extends Service {
  /** Closes every open shard of a stream and opens children, one for each or two. False when there is no such stream. */
  rollShards(streamArn: string, childrenEach: 1 | 2): boolean;
}

export function dynamodbService(cloud: Cloud): DynamodbService {
  const stores = {
    tables: openTableStore(cloud),
    items: openItemStore(cloud.database, cloud.now),
    streams: openStreamStore(cloud),
  };
  return {
    name: "dynamodb",
    deniedCode: "AccessDeniedException",
    resolve(request) {
      const { action, input } = readJsonInput(request);
      const ofStreams = String(request.headers["x-amz-target"]).startsWith(STREAMS_TARGET);
      const operations = ofStreams ? streamOperations : TABLE_OPERATIONS;
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (!operation) throw notImplemented("dynamodb", action);
      const streamArn = ofStreams ? streamNamed(action, input) : null;
      const places = ofStreams ? [] : placesOf(action, input, request);
      const own = { accountId: request.caller.accountId, region: request.region, name: "" };
      const place = places[0] ?? own;
      const tableNamed = (nameOrArn: string) => {
        const found = stores.tables.find(placeOf(nameOrArn, request));
        if (!found || statusOf(found, cloud.now()) === "CREATING") throw resourceNotFound();
        return found;
      };
      const call: DynamodbCall = {
        cloud,
        ...stores,
        request,
        input,
        place,
        tableNamed,
        table: () => tableNamed(input.string("TableName")),
        stream: () => foundStream(streamArn),
      };
      const resources = streamArn === null ? places.map(tableArn) : [streamArn];
      return {
        name: action,
        resource: resources[0] ?? "*",
        requirements: (resources.length > 0 ? resources : ["*"]).map((resource) => ({
          action: `dynamodb:${action}`,
          resource,
          owner: { accountId: resource === "*" ? own.accountId : (resource.split(":")[4] ?? ""), policy: null },
        })),
        run: () => sendJson(request, operation(call) ?? {}),
      };
    },
    sendError: sendJsonError,
    rollShards,
    admin: {
      "roll-shards": ({ streamArn, childrenEach }) => rollShards(String(streamArn), childrenEach === 2 ? 2 : 1),
    },
  };

  function rollShards(streamArn: string, childrenEach: 1 | 2): boolean {
    const stream = stores.streams.find(streamArn);
    if (!stream || stream.disabledAt !== null) return false;
    stores.streams.roll(stream, childrenEach);
    return true;
  }

  function foundStream(arn: string | null): ChangeStream {
    const stream = arn === null ? null : stores.streams.find(arn);
    if (!stream) throw resourceNotFound(`: Stream: ${arn} not found`);
    return stream;
  }
}

/** null for ListStreams, which is about all of them. */
function streamNamed(action: string, input: JsonInput): string | null {
  if (action === "ListStreams") return null;
  const arn =
    action === "GetRecords" ? parseIterator(input.string("ShardIterator")).streamArn : input.string("StreamArn");
  if (!/^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\d:.T-]+$/.test(arn)) {
    throw invalid(`Invalid StreamArn: ${arn}`);
  }
  return arn;
}

/** Tables the request names; none for the ones about a whole account. */
function placesOf(action: string, input: JsonInput, request: CloudRequest): TablePlace[] {
  if (action === "ListTables") return [];
  if (action.startsWith("Batch")) return batchTables(input).map((name) => placeOf(name, request));
  const member = action.endsWith("Resource") ? "ResourceArn" : "TableName";
  return [placeOf(input.string(member), request)];
}

function placeOf(nameOrArn: string, request: CloudRequest): TablePlace {
  const arn = /^arn:aws:dynamodb:([a-z0-9-]+):(\d{12}):table\/([\w.-]{3,255})$/.exec(nameOrArn);
  if (arn?.[1] && arn[2] && arn[3]) return { region: arn[1], accountId: arn[2], name: arn[3] };
  if (!/^[\w.-]{3,255}$/.test(nameOrArn)) {
    throw invalid(
      `1 validation error detected: Value '${nameOrArn}' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
    );
  }
  return { accountId: request.caller.accountId, region: request.region, name: nameOrArn };
}
