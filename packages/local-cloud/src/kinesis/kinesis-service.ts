import type { Cloud } from "../cloud.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";
import { parseIterator } from "./iterator-token.ts";
import type { KinesisCall, KinesisOperation, StreamPlace } from "./kinesis-operation.ts";
import { recordOperations } from "./record-operations.ts";
import { shardOperations } from "./shard-operations.ts";
import { streamOperations } from "./stream-operations.ts";
import { openStreamStore, streamArn, streamNotFound } from "./stream-store.ts";

const OPERATIONS: Readonly<Record<string, KinesisOperation>> = {
  ...streamOperations,
  ...shardOperations,
  ...recordOperations,
};

export function kinesisService(cloud: Cloud): Service & { close(): void } {
  const streams = openStreamStore(cloud);
  return {
    name: "kinesis",
    deniedCode: "AccessDeniedException",
    close: streams.close,
    resolve(request) {
      const { action, input } = readJsonInput(request);
      const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
      if (!operation) throw notImplemented("kinesis", action);
      const place = placeOf(action, input, request);
      const resource = streamArn(place);
      const needsResource = action !== "ListStreams";
      const call: KinesisCall = {
        cloud,
        streams,
        request,
        input,
        place,
        stream() {
          const found = streams.find(place.accountId, place.region, place.name);
          if (!found) throw streamNotFound(place.name, place.accountId);
          return found;
        },
      };
      return {
        name: action,
        resource,
        requirements: [
          {
            action: `kinesis:${action}`,
            resource: needsResource ? resource : "*",
            owner: { accountId: place.accountId, policy: null },
          },
        ],
        run: () => sendJson(request, operation(call)),
      };
    },
    sendError: sendJsonError,
  };
}

function placeOf(action: string, input: JsonInput, request: CloudRequest): StreamPlace {
  const own = { accountId: request.caller.accountId, region: request.region, name: "" };
  if (action === "ListStreams") return own;
  const iterator = action === "GetRecords" ? parseIterator(input.string("ShardIterator")) : null;
  if (iterator) return iterator.place;
  const token = action === "ListShards" ? input.optionalString("NextToken") : undefined;
  if (token !== undefined) return placeOfToken(token);
  const arn = input.optionalString("StreamARN");
  if (arn !== undefined) {
    const match = /^arn:aws:kinesis:([a-z0-9-]+):(\d{12}):stream\/([\w.-]{1,128})$/.exec(arn);
    if (!match?.[1] || !match[2] || !match[3])
      throw new AwsError("ValidationException", `Value '${arn}' at 'streamARN' is not a stream ARN`, 400);
    return { region: match[1], accountId: match[2], name: match[3] };
  }
  const name = input.optionalString("StreamName");
  if (name === undefined)
    throw new AwsError("InvalidArgumentException", "Either StreamARN or StreamName must be specified", 400);
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(name)) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${name}' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
      400,
    );
  }
  return { ...own, name };
}

/** Tokens of ListShards carry their stream, because the request then may not name it. */
function placeOfToken(token: string): StreamPlace {
  const [accountId, region, name] = Buffer.from(token, "base64url").toString("utf8").split(" ");
  if (!accountId || !region || !name) throw new AwsError("InvalidArgumentException", "NextToken is not valid", 400);
  return { accountId, region, name };
}
