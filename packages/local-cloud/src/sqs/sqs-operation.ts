import type { Cloud } from "../cloud.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import type { CloudRequest } from "../server/service.ts";
import type { MessageStore } from "./message-store.ts";
import type { Queue, QueueStore } from "./queue-store.ts";
import type { QueueWaiters } from "./queue-waiters.ts";

export interface SqsCall {
  readonly cloud: Cloud;
  readonly queues: QueueStore;
  readonly messages: MessageStore;
  readonly waiters: QueueWaiters;
  readonly request: CloudRequest;
  readonly input: JsonInput;
  /** Where the named queue is or would be. */
  readonly place: QueuePlace;
  /** Throws QueueDoesNotExist. */
  queue(): Queue;
}

export type QueuePlace = Pick<Queue, "accountId" | "region" | "name">;
export type SqsOperation = (call: SqsCall) => unknown;
