import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, type Database } from "@letsdata/database/database";
import { startPostgres } from "@letsdata/database/embedded-postgres/start-postgres";
import { applyMigrations } from "@letsdata/database/migrate/apply-migrations";
import { createCheckpointStore } from "@letsdata/database/stores/checkpoint-store";
import { type ClaimedTask, claimTasks } from "@letsdata/database/stores/claim-tasks";
import { createDataset, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { settleTask } from "@letsdata/database/stores/settle-task";
import { insertPlannedTasks } from "@letsdata/database/stores/task-store";
import { taskIdOf } from "@letsdata/dataset/task-id";
import type { Counts } from "@letsdata/pipeline/ports";
import { quantile } from "./alternate.ts";
import type { BenchRow } from "./result-table.ts";

const concurrency = 16;

/** (d) Tasks through claim → run (nothing to do) → settle, and (g) checkpoints, on a PostgreSQL of its own with its usual durability. */
export async function databaseRows(quick: boolean): Promise<BenchRow[]> {
  const stateDir = await mkdtemp(join(tmpdir(), "bench-postgres-"));
  const server = await startPostgres({ stateDir });
  try {
    await applyMigrations(server.url);
    const db = createDatabase(server.url);
    try {
      return [...(await taskRows(db, quick ? 1_000 : 10_000)), ...(await checkpointRows(db, quick ? 500 : 5_000))];
    } finally {
      await db.$disconnect();
    }
  } finally {
    await server.stop();
    await rm(stateDir, { recursive: true, force: true });
    await rm(server.dataDir, { recursive: true, force: true });
  }
}

async function taskRows(db: Database, tasks: number): Promise<BenchRow[]> {
  await processingDataset(db, tasks);
  const began = performance.now();
  const startMilliseconds: number[] = [];
  let settled = 0;
  const lane = async (n: number): Promise<void> => {
    for (;;) {
      const asked = performance.now();
      const [task] = await claimTasks(db, { workerId: `bench-${n}`, slots: 1, leaseSeconds: 12 });
      if (!task) return;
      startMilliseconds.push(performance.now() - asked);
      await settleTask(db, {
        taskId: task.taskId,
        lease: task.lease,
        outcome: { kind: "completed", counts: countsOf(0) },
      });
      settled++;
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, n) => lane(n)));
  const seconds = (performance.now() - began) / 1_000;
  if (settled !== tasks) throw new Error(`${settled} of ${tasks} tasks settled`);
  const slots = { kind: "at least", of: "value", bar: 500 } as const;
  const start = { kind: "at most", of: "value", bar: 48 } as const;
  return [
    { row: "d", what: "claim → run → settle", unit: "tasks/s", value: settled / seconds, bare: null, limit: slots },
    {
      row: "d",
      what: "start latency p95",
      unit: "ms",
      value: quantile(startMilliseconds, 0.95),
      bare: null,
      limit: start,
    },
  ];
}

async function checkpointRows(db: Database, saves: number): Promise<BenchRow[]> {
  await processingDataset(db, 4);
  const claimed = await claimTasks(db, { workerId: "bench", slots: 4, leaseSeconds: 600 });
  const checkpoints = createCheckpointStore(db);
  const milliseconds: number[] = [];
  const save = async ({ taskId, lease }: ClaimedTask): Promise<void> => {
    for (let n = 1; n <= saves / claimed.length; n++) {
      const began = performance.now();
      const minute = Date.now() - (Date.now() % 60_000);
      await checkpoints.save(taskId, lease, {
        position: { offset: n * 100_000 },
        counts: countsOf(n * 500),
        errorFiles: [],
        measurements: [{ metric: "records.processed", minute, count: 1, sum: 500, min: 500, max: 500 }],
      });
      milliseconds.push(performance.now() - began);
    }
  };
  await Promise.all(claimed.map(save));
  const limit = { kind: "at most", of: "value", bar: 25 } as const;
  return [
    { row: "g", what: "checkpoint p50, 4 tasks", unit: "ms", value: quantile(milliseconds, 0.5), bare: null, limit },
    {
      row: "g",
      what: "checkpoint p99, 4 tasks",
      unit: "ms",
      value: quantile(milliseconds, 0.99),
      bare: null,
      limit: null,
    },
  ];
}

async function processingDataset(db: Database, tasks: number): Promise<void> {
  const datasetId = randomBytes(16).toString("hex");
  const tenantId = randomUUID();
  await db.organization.create({ data: { id: tenantId, name: "Bench", slug: tenantId } });
  const name = `Bench${datasetId}`;
  const config = { datasetName: name };
  const createdAt = Date.now();
  await createDataset(db, { datasetId, tenantId, userId: randomUUID(), name, config, concurrency, createdAt });
  await transitionDataset(db, datasetId, "initialise");
  for (let from = 0; from < tasks; from += 1_000) {
    const plans = Array.from({ length: Math.min(1_000, tasks - from) }, (_, n) => {
      const position = String(from + n);
      return {
        taskId: taskIdOf(datasetId, position),
        ordinal: from + n,
        position,
        taskType: "READER" as const,
        readerDefinition: {},
        computeDefinition: {},
      };
    });
    await insertPlannedTasks(db, datasetId, plans);
  }
  await transitionDataset(db, datasetId, "planned");
}

function countsOf(records: number): Counts {
  return {
    recordsRead: records,
    documentsWritten: records,
    recordsSkipped: 0,
    recordsErrored: 0,
    bytesRead: records * 200,
    bytesWritten: records * 200,
  };
}
