import { expect, test } from "vitest";
import { RunningTasks } from "../running-tasks.ts";
import { createLeaseKeeper } from "./keep-leases.ts";

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
  let now = 0;
  const pass = createLeaseKeeper({ renew, leaseSeconds: 12, running, monotonic: () => now, log: silent });
  return {
    pass,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

test("a lease the database no longer grants ends its attempt, and only that one", async () => {
  const running = new RunningTasks(4);
  const [kept, gone] = [runningTask(running, "kept"), runningTask(running, "gone")];
  await keeper(running, async () => ({ lost: ["gone"], stop: [] })).pass();
  expect(gone.lost.signal.aborted).toBe(true);
  expect(kept.lost.signal.aborted).toBe(false);
});

test("a stopping dataset drains its attempts to a checkpoint", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  const stop = [{ taskId: "t", datasetStatus: "STOPPING_ERROR" }];
  await keeper(running, async () => ({ lost: [], stop })).pass();
  expect(task.drain.signal.reason).toBe("stopped");
  expect(task.lost.signal.aborted).toBe(false);
});

test("a database that is away shorter than a lease costs nothing; longer, and every attempt is given up", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  let away = false;
  const { pass, advance } = keeper(running, async () => {
    if (away) throw new Error("no database");
    return { lost: [], stop: [] };
  });
  await pass();
  away = true;
  advance(8_000);
  await expect(pass()).rejects.toThrow("no database");
  expect(task.lost.signal.aborted).toBe(false);
  advance(5_000);
  await pass();
  expect(task.lost.signal.aborted).toBe(true);
});

test("the patience with the database starts when the first task does", async () => {
  const running = new RunningTasks(4);
  const { pass, advance } = keeper(running, async () => {
    throw new Error("no database");
  });
  await pass();
  advance(60_000);
  await pass();
  const task = runningTask(running, "t");
  await expect(pass()).rejects.toThrow("no database");
  expect(task.lost.signal.aborted).toBe(false);
});
