import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { listenForChanges } from "./changes.ts";
import { createDatabase, type Database, inTransaction } from "./database.ts";
import { createCheckpointStore } from "./stores/checkpoint-store.ts";
import { claimTasks } from "./stores/claim-tasks.ts";
import { getDatasetById } from "./stores/dataset-store.ts";
import { notifyChange } from "./stores/notify-change.ts";
import { processingDataset, sampleTenant, written } from "./testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "./testing/start-test-database.ts";

let server: TestDatabase;
let db: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url);
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 20 });
const some = () => ({ tenantId: randomUUID(), datasetId: "d".repeat(32) });
/** A listener that could not connect at once does so later: what is notified before is not heard. */
const untilHeard = (heard: readonly unknown[], change = some()) =>
  until(async () => {
    await notifyChange(db, change);
    expect(heard).toContainEqual(change);
  });

test("a change is heard when its transaction commits, and not when it does not", async () => {
  const heard: unknown[] = [];
  const listener = await listenForChanges(server.url, (change) => heard.push(change));
  try {
    await untilHeard(heard);
    const [undone, done] = [some(), some()];
    const failed = inTransaction(db, async (transaction) => {
      await notifyChange(transaction, undone);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    await inTransaction(db, (transaction) => notifyChange(transaction, done));
    await until(() => expect(heard).toContainEqual(done));
    expect(heard).not.toContainEqual(undone);
  } finally {
    await listener.close();
  }
});

test("a burst of checkpoints is few calls, the last of them after the last checkpoint", async () => {
  const heard: string[] = [];
  const changes: unknown[] = [];
  const seen: number[] = [];
  // From before the first notification: of a burst within 200 ms of it nothing but its echo tells.
  const listener = await listenForChanges(server.url, (change) => {
    heard.push(change.datasetId);
    changes.push(change);
    getDatasetById(db, change.datasetId).then((found) => found && seen.push(found.counts.recordsRead));
  });
  try {
    const { datasetId } = await processingDataset(db, await sampleTenant(db), { tasks: 1 });
    const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 600, datasetIds: [datasetId] });
    // Notifications come in the order of their commits: what planning and claiming notified was heard before this one.
    await untilHeard(changes);
    const before = heard.length;
    const started = performance.now();
    for (let records = 1; records <= 200; records++) {
      await createCheckpointStore(db).save(task!.taskId, task!.lease, {
        position: { offset: records },
        counts: written(records),
        errorFiles: [],
        measurements: [],
      });
    }
    const elapsed = performance.now() - started;
    await until(() => expect(seen).toContain(200));
    // One notification in 200 ms, each with at most two echoes; and the echoes of what was notified before.
    const calls = heard.slice(before).filter((heardId) => heardId === datasetId).length;
    expect(calls).toBeLessThanOrEqual(2 * (elapsed / 200 + 2) + elapsed / 5_000 + 1);
  } finally {
    await listener.close();
  }
});

test("a checkpoint that told nobody, because one before the connection had, is known of a moment after connecting", async () => {
  const { datasetId } = await processingDataset(db, await sampleTenant(db), { tasks: 1 });
  const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 600, datasetIds: [datasetId] });
  // As if somebody had been told in this moment, however long the machine takes for the rest.
  await db.$executeRaw`UPDATE dataset_progress SET notified_at = now() + interval '1 minute' WHERE dataset_id = ${datasetId}`;
  const update = { position: { offset: 7 }, counts: written(7), errorFiles: [], measurements: [] };
  await createCheckpointStore(db).save(task!.taskId, task!.lease, update);
  const heard: string[] = [];
  let looks = 0;
  const listener = await listenForChanges(
    server.url,
    (change) => heard.push(change.datasetId),
    () => looks++,
  );
  try {
    // Not with the connection, which whoever listens knows of, but when such checkpoints have been saved.
    expect(looks).toBe(0);
    await until(() => expect(looks).toBe(1));
    expect(heard).not.toContain(datasetId);
  } finally {
    await listener.close();
  }
});

test("a cut connection is made again, onMissed says that changes may have been missed, and listening goes on", async () => {
  const heard: unknown[] = [];
  let misses = 0;
  const listener = await listenForChanges(
    server.url,
    (change) => heard.push(change),
    () => misses++,
  );
  try {
    await until(() => expect(misses).toBe(1));
    const cut = await db.$queryRaw<{ pg_terminate_backend: boolean }[]>`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'letsdata-changes' AND datname = current_database()`;
    expect(cut.length).toBeGreaterThan(0);
    await until(() => expect(misses).toBeGreaterThan(1));
    const change = some();
    await notifyChange(db, change);
    await until(() => expect(heard).toContainEqual(change));
  } finally {
    await listener.close();
  }
  await until(async () => {
    const left = await db.$queryRaw`
      SELECT pid FROM pg_stat_activity WHERE application_name = 'letsdata-changes' AND datname = current_database()`;
    expect(left).toEqual([]);
  });
});

test("who ends listening while a cut connection is made again is called no more, and leaves no connection", async () => {
  const { hostname, port } = new URL(server.url);
  const waiting: (() => void)[] = [];
  let isHeld = false;
  const sockets: Socket[] = [];
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
    sockets.push(client, upstream);
    client.on("close", () => upstream.destroy());
    upstream.pipe(client);
    if (isHeld) waiting.push(() => client.pipe(upstream));
    else client.pipe(upstream);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const through = new URL(server.url);
  through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  let calls = 0;
  const called = () => calls++;
  const listener = await listenForChanges(through.href, called, called);
  try {
    await until(() => expect(calls).toBe(1));
    isHeld = true;
    for (const socket of sockets.splice(0)) socket.destroy();
    await until(() => expect(waiting.length).toBeGreaterThan(0));
    await listener.close();
    for (const letGo of waiting) letGo();
    await until(() => expect(sockets.filter((socket) => !socket.closed)).toHaveLength(0));
    expect(calls).toBe(1);
  } finally {
    await listener.close();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
});
