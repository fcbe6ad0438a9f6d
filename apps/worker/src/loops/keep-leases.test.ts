import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunningTasks } from "../running-tasks.ts";
import { createLeaseKeeper } from "./keep-leases.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const silent = { info: () => {}, warn: () => {}, error: () => {} };

function runningTask(running: RunningTasks, taskId: string) {
  const task = {
    taskId,
    datasetId: "d",
    lease: { workerId: "w", token: 1 },
    lost: new AbortController(),
    drain: new AbortController(),
  };
  running.add(task);
  return task;
}

function keeper(
  running: RunningTasks,
  renew: () => Promise<{ lost: string[]; stop: { taskId: string; datasetStatus: string }[] }>,
) {
  return createLeaseKeeper({ renew, leaseSeconds: 12, running, monotonic: () => performance.now(), log: silent });
}
const advance = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test("a lease the database no longer grants ends its attempt, and only that one", async () => {
  const running = new RunningTasks(4);
  const [kept, gone] = [runningTask(running, "kept"), runningTask(running, "gone")];
  await keeper(running, async () => ({ lost: ["gone"], stop: [] }))();
  expect(gone.lost.signal.aborted).toBe(true);
  expect(kept.lost.signal.aborted).toBe(false);
});

test("a stopping dataset drains its attempts to a checkpoint", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  const stop = [{ taskId: "t", datasetStatus: "STOPPING_ERROR" }];
  await keeper(running, async () => ({ lost: [], stop }))();
  expect(task.drain.signal.reason).toBe("stopped");
  expect(task.lost.signal.aborted).toBe(false);
});

test("a database that is away shorter than a lease costs nothing; longer, and every attempt is given up", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  let away = false;
  const pass = keeper(running, async () => {
    if (away) throw new Error("no database");
    return { lost: [], stop: [] };
  });
  await pass();
  away = true;
  await advance(8_000);
  await expect(pass()).rejects.toThrow("no database");
  expect(task.lost.signal.aborted).toBe(false);
  await advance(5_000);
  await pass();
  expect(task.lost.signal.aborted).toBe(true);
});

test("the patience with the database starts when the first task does", async () => {
  const running = new RunningTasks(4);
  const pass = keeper(running, async () => {
    throw new Error("no database");
  });
  await pass();
  await advance(60_000);
  await pass();
  const task = runningTask(running, "t");
  await expect(pass()).rejects.toThrow("no database");
  expect(task.lost.signal.aborted).toBe(false);
});

test("a database that answers nothing at all ends its attempts, too, when their leases end", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  let hangs = false;
  const pass = keeper(running, () => (hangs ? new Promise(() => {}) : Promise.resolve({ lost: [], stop: [] })));
  await pass();
  await advance(4_000);
  hangs = true;
  void pass();
  await advance(7_900);
  expect(task.lost.signal.aborted).toBe(false);
  await advance(200);
  expect(task.lost.signal.aborted).toBe(true);
});

test("no renewal under way when the leases end: they end all the same", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  await keeper(running, async () => ({ lost: [], stop: [] }))();
  await advance(12_100);
  expect(task.lost.signal.aborted).toBe(true);
});

test("what was given up is not renewed while it ends, and a lease granted again and again goes on", async () => {
  const running = new RunningTasks(4);
  const [kept, gone] = [runningTask(running, "kept"), runningTask(running, "gone")];
  const asked: string[][] = [];
  const pass = createLeaseKeeper({
    renew: async (leases) => {
      asked.push(leases.map(({ taskId }) => taskId));
      return { lost: ["gone"], stop: [] };
    },
    leaseSeconds: 12,
    running,
    monotonic: () => performance.now(),
    log: silent,
  });
  for (let passes = 0; passes < 10; passes++) {
    await pass();
    await advance(4_000);
  }
  expect(asked.slice(0, 2)).toEqual([["kept", "gone"], ["kept"]]);
  expect(gone.lost.signal.aborted).toBe(true);
  expect(kept.lost.signal.aborted).toBe(false);
});
