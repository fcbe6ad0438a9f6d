import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { recordPlace } from "../record-place.ts";
import { HostException } from "./host-process.ts";

/** Where in words; a host tells at which of a batch's records customer code threw. */
export function placeInBatch(thrown: unknown, batch: readonly SourceRecord[]): string {
  const record = thrown instanceof HostException ? batch[thrown.thrown.index ?? -1] : undefined;
  return record ? recordPlace(record) : "while it handled a batch";
}
