import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDatabase, type Database, inTransaction } from "./database.ts";
import { type Jobs, startJobs } from "./jobs.ts";
import { startTestDatabase, type TestDatabase } from "./testing/start-test-database.ts";

let server: TestDatabase;
let db: Database;
let jobs: Jobs;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url);
  jobs = await startJobs(server.url);
});
afterAll(async () => {
  await jobs?.stop();
  await db?.$disconnect();
  await server?.stop();
});

const until = (check: () => unknown, timeout = 90_000) => vi.waitFor(check, { timeout, interval: 50 });

test("a job is there with its transaction or never", async () => {
  const ran: unknown[] = [];
  await jobs.work<{ n: number }>("transactional", async ({ data }) => void ran.push(data.n));
  const rolledBack = inTransaction(db, async (transaction) => {
    await jobs.enqueue(transaction, "transactional", { n: 1 });
    throw new Error("no");
  });
  await expect(rolledBack).rejects.toThrow("no");
  await inTransaction(db, async (transaction) => void (await jobs.enqueue(transaction, "transactional", { n: 2 })));
  await until(() => expect(ran).toContain(2));
  expect(ran).toEqual([2]);
  const left = await db.$queryRaw`SELECT data FROM jobs.job WHERE name = 'transactional' AND data->>'n' = '1'`;
  expect(left).toEqual([]);
});

test("a job that waits under the same key is not doubled; without keys every job counts", async () => {
  const enqueue = (key?: string) =>
    inTransaction(db, (transaction) =>
      jobs.enqueue(transaction, "keyed", {}, key === undefined ? {} : { singletonKey: key }),
    );
  expect(await enqueue("a")).toEqual(expect.any(String));
  expect(await enqueue("a")).toBeNull();
  expect(await enqueue("b")).toEqual(expect.any(String));
  expect(await enqueue()).toEqual(expect.any(String));
  expect(await enqueue()).toEqual(expect.any(String));
});

test("a job that throws is repeated", async () => {
  let attempts = 0;
  await jobs.work("throwing", async () => {
    attempts++;
    if (attempts < 3) throw new Error("not yet");
  });
  const id = await inTransaction(db, (transaction) => jobs.enqueue(transaction, "throwing", {}));
  await until(async () => {
    const rows = await db.$queryRaw`SELECT state::text AS state FROM jobs.job WHERE id = ${id}::uuid`;
    expect(rows).toEqual([{ state: "completed" }]);
  });
  expect(attempts).toBe(3);
});

test("a job knows the try behind which it is not repeated", async () => {
  const tries: boolean[] = [];
  const id = await inTransaction(db, (transaction) => jobs.enqueue(transaction, "ending", {}));
  await db.$executeRaw`UPDATE jobs.job SET retry_limit = 1 WHERE id = ${id}::uuid`;
  await jobs.work("ending", async ({ isLastTry }) => {
    tries.push(isLastTry);
    throw new Error("no");
  });
  await until(async () => {
    const rows = await db.$queryRaw`SELECT state::text AS state FROM jobs.job WHERE id = ${id}::uuid`;
    expect(rows).toEqual([{ state: "failed" }]);
  });
  expect(tries).toEqual([false, true]);
});

test("a job is open until it has run or is not repeated any more; one that is gone is not", async () => {
  const enqueue = (n: number) =>
    inTransaction(db, (transaction) => jobs.enqueue(transaction, "open", { requestId: String(n) }));
  const [done, failing] = [await enqueue(1), await enqueue(2)];
  await db.$executeRaw`UPDATE jobs.job SET retry_limit = 0 WHERE id = ${failing}::uuid`;
  const isOpen = (n: number) => jobs.isOpen("open", { requestId: String(n) });
  expect([await isOpen(1), await isOpen(2), await isOpen(3)]).toEqual([true, true, false]);
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const begun: string[] = [];
  await jobs.work<{ requestId: string }>("open", async ({ id }) => {
    begun.push(id);
    await ended;
    if (id === failing) throw new Error("no");
  });
  await until(() => expect(begun).toEqual([done]));
  expect(await isOpen(1)).toBe(true);
  end();
  await until(async () => expect([await isOpen(1), await isOpen(2)]).toEqual([false, false]));
});

test("jobs of one tenant leave places to others; those without a tenant are limited by the places alone", async () => {
  const enqueue = (who: string, group?: string) =>
    inTransaction(db, (transaction) => jobs.enqueue(transaction, "shared", { who }, { group }));
  for (let n = 0; n < 8; n++) await enqueue("loud", "loud");
  await enqueue("quiet", "quiet");
  await enqueue("old");
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const begun: string[] = [];
  const groups = new Set<string | null>();
  await jobs.work<{ who: string }>(
    "shared",
    async ({ data, group }) => {
      begun.push(data.who);
      groups.add(group);
      await ended;
    },
    { concurrency: 4, concurrencyOfGroup: 2 },
  );
  await until(() => expect(begun).toHaveLength(4));
  expect(begun.toSorted()).toEqual(["loud", "loud", "old", "quiet"]);
  expect(groups).toEqual(new Set(["loud", "quiet", null]));
  end();
  await until(() => expect(begun).toHaveLength(10));
  const tries = await db.$queryRaw`SELECT DISTINCT retry_count FROM jobs.job WHERE name = 'shared'`;
  expect(tries).toEqual([{ retry_count: 0 }]);
});

test("a job whose worker process was killed runs again elsewhere", async () => {
  const module = JSON.stringify(path.join(import.meta.dirname, "jobs.ts"));
  const program = `
    const { startJobs } = await import(${module});
    const jobs = await startJobs(process.env.URL, { supervise: false });
    await jobs.work("deadly", async () => { console.log("started"); await new Promise(() => undefined); });
    setInterval(() => undefined, 1000);`;
  const worker = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { PATH: process.env["PATH"], URL: server.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await inTransaction(db, (transaction) => jobs.enqueue(transaction, "deadly", { n: 7 }));
    await once(worker.stdout, "data");
  } finally {
    worker.kill("SIGKILL");
  }
  const ran: unknown[] = [];
  await jobs.work("deadly", async ({ data }) => void ran.push(data));
  await until(() => expect(ran).toEqual([{ n: 7 }]), 120_000);
});
