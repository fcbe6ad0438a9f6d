import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Rejection, Writer } from "@letsdata/plugin-kit/writer";
import { inCalls, type PreparedVectors, prepareVectors } from "../vector-items.ts";
import { openMomento } from "./momento-client.ts";
import { type MomentoTarget, nameOfIndex } from "./permissions.ts";

/** product.md §6.1 */
const CALL_ITEMS_MAX = 100;
const ID_BYTES_MAX = 255;
/** What gRPC servers take unless told otherwise. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024;
const CONCURRENT_BATCHES = 4;

/** A vector is an item under the document's id; writing it again replaces it. */
export async function openMomentoWriter(input: {
  readonly config: MomentoTarget;
  readonly access: CloudAccess;
}): Promise<Writer> {
  const { config } = input;
  const index = nameOfIndex(config);
  const momento = await openMomento(config, input.access);
  return {
    limits: { maxDocumentBytes: BATCH_BYTES_MAX, maxBatchDocuments: CALL_ITEMS_MAX, maxBatchBytes: BATCH_BYTES_MAX },
    concurrentBatches: CONCURRENT_BATCHES,
    prepare: (document, ordinal) => prepareVectors(document, ordinal, config, ID_BYTES_MAX, () => null),
    // A call that fails after another of the same batch throws all the same: written again, items replace themselves.
    async write(batch, signal) {
      const refused = new Set<number>();
      let sent = 0;
      for (const items of inCalls(batch, CALL_ITEMS_MAX)) {
        for (const at of await momento.upsert(index, items, signal)) refused.add(sent + at);
        sent += items.length;
      }
      return refused.size === 0 ? [] : rejections(batch as readonly PreparedVectors[], refused);
    },
    close: () => Promise.resolve(),
  };
}

/** A document is sent again when one of its items was refused. `refused`: places among all items of the batch. */
function rejections(batch: readonly PreparedVectors[], refused: ReadonlySet<number>): Rejection[] {
  let first = 0;
  return batch.flatMap(({ payload }, index) => {
    const isRefused = payload.some((_, at) => refused.has(first + at));
    first += payload.length;
    return isRefused ? [{ index, reason: "Momento did not store it", retry: true }] : [];
  });
}
