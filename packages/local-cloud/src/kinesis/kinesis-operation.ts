import type { Cloud } from "../cloud.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import type { CloudRequest } from "../server/service.ts";
import type { Stream, StreamStore } from "./stream-store.ts";

export interface KinesisCall {
  readonly cloud: Cloud;
  readonly streams: StreamStore;
  readonly request: CloudRequest;
  readonly input: JsonInput;
  /** Where the named stream is or would be. */
  readonly place: StreamPlace;
  /** Throws ResourceNotFoundException. */
  stream(): Stream;
}

export type StreamPlace = Pick<Stream, "accountId" | "region" | "name">;
export type KinesisOperation = (call: KinesisCall) => unknown;
