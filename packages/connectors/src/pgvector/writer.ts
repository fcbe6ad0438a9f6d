import { isWorthRepeating } from "@letsdata/aws/classify-error";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Rejection, Unwritable, Writer } from "@letsdata/plugin-kit/writer";
import { inCalls, type PreparedVectors, prepareVectors, type VectorItem } from "../vector-items.ts";
import { connect } from "./connect.ts";
import type { PgvectorTarget } from "./permissions.ts";
import { isOfDocument, postgresProblem } from "./postgres-problem.ts";
import type { TimedPool } from "./timed-pool.ts";
import { lookAtTable } from "./vector-table.ts";

/** product.md §6.1. A document may have several vectors, so a call takes as many items as a batch documents. */
const CALL_ITEMS_MAX = 500;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;
const ID_BYTES_MAX = 1024;
const CONCURRENT_BATCHES = 4;
const NUL = "\u0000";

/** A row a vector; a row of the same id is replaced. Throws CONFIG_INVALID where extension or table are not as needed. */
export async function openPgvectorWriter(input: {
  readonly config: PgvectorTarget;
  readonly access: CloudAccess;
}): Promise<Writer> {
  const { config } = input;
  const { pool, place } = await connect(config, input.access, CONCURRENT_BATCHES);
  const table = await writableTable(config, pool, place).catch(async (thrown: unknown) => {
    await pool.end();
    throw postgresProblem(thrown);
  });
  const upsert = `INSERT INTO ${table} (id, vector, metadata)
    SELECT id, vector::vector, metadata::jsonb FROM unnest($1::text[], $2::text[], $3::text[]) AS item(id, vector, metadata)
    ON CONFLICT (id) DO UPDATE SET vector = excluded.vector, metadata = excluded.metadata`;
  let closed: Promise<void> | null = null;

  async function put(items: readonly VectorItem[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const statement = pool.query(upsert, [
      items.map(({ id }) => id),
      items.map(({ vector }) => JSON.stringify(vector)),
      items.map(({ metadata }) => JSON.stringify(metadata)),
    ]);
    try {
      await orAborted(statement, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      throw postgresProblem(thrown);
    }
  }

  /** A statement refused for one row refuses them all: asked singly, the other documents are written. */
  async function writeSingly(batch: readonly PreparedVectors[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const rejections: Rejection[] = [];
    for (const [index, { payload }] of batch.entries()) {
      try {
        await put(payload, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = postgresProblem(thrown);
        const retry = isWorthRepeating(problem);
        if (!retry && !isOfDocument(problem)) throw problem;
        rejections.push({ index, reason: problem.message, retry });
      }
    }
    return rejections;
  }

  return {
    limits: { maxDocumentBytes: BATCH_BYTES_MAX, maxBatchDocuments: CALL_ITEMS_MAX, maxBatchBytes: BATCH_BYTES_MAX },
    concurrentBatches: CONCURRENT_BATCHES,
    prepare: (document, ordinal) => prepareVectors(document, ordinal, config, ID_BYTES_MAX, faultOf),
    // A call that fails after another of the same batch throws all the same: written again, rows replace themselves.
    async write(batch, signal) {
      try {
        for (const items of inCalls(batch, CALL_ITEMS_MAX)) await put(items, signal);
        return [];
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = postgresProblem(thrown);
        if (!isOfDocument(problem)) throw problem;
        return writeSingly(batch as readonly PreparedVectors[], signal);
      }
    },
    close() {
      closed ??= pool.end();
      return closed;
    },
  };
}

/** Waits no longer than the caller wants to; the statement may still be carried out, and a repeat replaces its rows. */
function orAborted<T>(statement: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    statement.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

async function writableTable(config: PgvectorTarget, pool: TimedPool, place: string): Promise<string> {
  const { table, findings } = await lookAtTable(config, pool, place);
  if (table) return table.name;
  const [first] = findings;
  throw new Problem("CONFIG_INVALID", first?.message ?? "The table cannot be written.", {
    path: first?.path ?? "writeConnector.tableName",
  });
}

function faultOf({ id, metadata }: VectorItem): Unwritable | null {
  const texts = [id, ...Object.entries(metadata).flat()];
  if (!texts.some((text) => typeof text === "string" && text.includes(NUL))) return null;
  return { code: "INVALID_DOCUMENT", message: "A field holds the character U+0000, which PostgreSQL cannot store." };
}
