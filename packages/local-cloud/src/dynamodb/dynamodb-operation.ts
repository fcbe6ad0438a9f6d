import type { Cloud } from "../cloud.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import type { CloudRequest } from "../server/service.ts";
import type { ItemStore } from "./item-store.ts";
import type { ChangeStream, StreamStore } from "./stream-store.ts";
import type { Table, TablePlace } from "./table.ts";
import type { TableStore } from "./table-store.ts";

export interface DynamodbCall {
  readonly cloud: Cloud;
  readonly tables: TableStore;
  readonly items: ItemStore;
  readonly streams: StreamStore;
  readonly request: CloudRequest;
  readonly input: JsonInput;
  /** Where the named table is or would be. */
  readonly place: TablePlace;
  /** Of requests that name several tables. Throws ResourceNotFoundException, also while the table is being created. */
  tableNamed(nameOrArn: string): Table;
  /** The named table, for reads and writes of items. */
  table(): Table;
  stream(): ChangeStream;
}

export type DynamodbOperation = (call: DynamodbCall) => unknown;
