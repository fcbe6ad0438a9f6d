import { randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, type Database } from "@letsdata/database/database";
import { startPostgres } from "@letsdata/database/embedded-postgres/start-postgres";
import { applyMigrations } from "@letsdata/database/migrate/apply-migrations";
import { createDataset, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { beginPlan } from "@letsdata/database/stores/initial-plan";
import { insertPlannedTasks } from "@letsdata/database/stores/task-store";
import { taskIdOf } from "@letsdata/dataset/task-id";

export interface BenchDatabase {
  readonly url: string;
  readonly db: Database;
  stop(): Promise<void>;
}

/** A PostgreSQL of its own, as durable as the product's. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const stateDir = await mkdtemp(join(tmpdir(), "letsdata-bench-postgres-"));
  // As root the server runs as another user, and only a folder it may enter is removed with all it holds.
  await chmod(stateDir, 0o755);
  const server = await startPostgres({ stateDir }).catch(async (thrown: unknown) => {
    await rm(stateDir, { recursive: true, force: true });
    throw thrown;
  });
  const removeAll = async (): Promise<void> => {
    await server.stop();
    await rm(server.dataDir, { recursive: true, force: true });
    await rm(stateDir, { recursive: true, force: true });
  };
  try {
    await applyMigrations(server.url);
  } catch (thrown) {
    await removeAll();
    throw thrown;
  }
  const db = createDatabase(server.url, { connectionsMax: 22 });
  return {
    url: server.url,
    db,
    async stop() {
      await db.$disconnect();
      await removeAll();
    },
  };
}

/** A dataset in PROCESSING whose tasks wait; answers its id. */
export async function addDataset(db: Database, tasks: number, concurrency: number): Promise<string> {
  const datasetId = await planDataset(db, tasks, concurrency);
  await transitionDataset(db, datasetId, "planned");
  return datasetId;
}

/** The same, one step before PROCESSING. */
export async function planDataset(db: Database, tasks: number, concurrency: number): Promise<string> {
  const datasetId = randomBytes(16).toString("hex");
  const tenantId = randomUUID();
  await db.organization.create({ data: { id: tenantId, name: "Bench", slug: tenantId } });
  const name = `Bench${datasetId}`;
  const config = { datasetName: name };
  const createdAt = Date.now();
  await createDataset(db, { datasetId, tenantId, userId: randomUUID(), name, config, concurrency, createdAt });
  await transitionDataset(db, datasetId, "initialise");
  await beginPlan(db, datasetId, "bench", new AbortController().signal);
  for (let from = 0; from < tasks; from += 1_000) {
    const plans = Array.from({ length: Math.min(1_000, tasks - from) }, (_, n) => {
      const position = String(from + n);
      return {
        taskId: taskIdOf(datasetId, position),
        ordinal: from + n,
        position,
        taskType: "READER" as const,
        readerDefinition: {},
      };
    });
    await insertPlannedTasks(db, datasetId, {}, plans, "bench");
  }
  return datasetId;
}

/** Every so many tasks of the dataset ended in an error, as their handler would have it. */
export async function failTasks(db: Database, datasetId: string, every: number): Promise<void> {
  const error = JSON.stringify({ code: "HANDLER_EXCEPTION", message: "parseDocument threw", time: Date.now() });
  const failed = await db.$executeRaw`
    UPDATE task SET status = 'ERRORED', last_error = ${error}::jsonb, last_error_code = 'HANDLER_EXCEPTION'
    WHERE dataset_id = ${datasetId} AND ordinal % ${every} = 0`;
  await db.$queryRaw`
    SELECT letsdata_add_progress(id, tenant_id, jsonb_build_object('QUEUED', -${failed}::int, 'ERRORED', ${failed}::int), true)::text
    FROM dataset WHERE id = ${datasetId}`;
  // What autovacuum does in its next minute; until then the planner believes that all tasks wait.
  await db.$executeRaw`ANALYZE task`;
}
