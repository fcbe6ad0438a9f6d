import type { RenewedLeases } from "@letsdata/database/stores/task-leases";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runRepeatedly } from "../run-repeatedly.ts";
import { RunningTasks } from "../running-tasks.ts";
import { createLeaseKeeper, type KeepLeasesInput, type LeaseKeeper, leaseAnswerSeconds } from "./keep-leases.ts";

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

const LEASE_SECONDS = 12;
const allGranted: RenewedLeases = { lost: [], busy: [], stop: [] };

function keeper(running: RunningTasks, renew: KeepLeasesInput["renew"]) {
  return createLeaseKeeper({
    renew,
    leaseSeconds: LEASE_SECONDS,
    running,
    monotonic: () => performance.now(),
    log: silent,
  });
}
/** The keeper's loop as the worker runs it, for so long; what it began is waited for. */
async function keepFor(milliseconds: number, leases: LeaseKeeper) {
  const loop = runRepeatedly("renewing leases", leases.dueInMs, silent, leases.renew);
  await advance(milliseconds);
  await loop.stop();
}
const advance = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test("a lease the database no longer grants ends its attempt, and only that one", async () => {
  const running = new RunningTasks(4);
  const [kept, gone] = [runningTask(running, "kept"), runningTask(running, "gone")];
  await keeper(running, async () => ({ ...allGranted, lost: ["gone"] })).renew();
  expect(gone.lost.signal.aborted).toBe(true);
  expect(kept.lost.signal.aborted).toBe(false);
});

test("a stopping dataset drains its attempts to a checkpoint", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  const stop = [{ taskId: "t", datasetStatus: "STOPPING_ERROR" }];
  await keeper(running, async () => ({ ...allGranted, stop })).renew();
  expect(task.drain.signal.reason).toBe("stopped");
  expect(task.lost.signal.aborted).toBe(false);
});

test("a database that is away shorter than a lease costs nothing; longer, and every attempt is given up", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  let away = false;
  const leases = keeper(running, async () => {
    if (away) throw new Error("no database");
    return allGranted;
  });
  await leases.renew();
  away = true;
  await advance(8_000);
  await expect(leases.renew()).rejects.toThrow("no database");
  expect(task.lost.signal.aborted).toBe(false);
  await advance(5_000);
  await leases.renew();
  expect(task.lost.signal.aborted).toBe(true);
});

test("the patience with the database starts when the first task does", async () => {
  const running = new RunningTasks(4);
  const leases = keeper(running, async () => {
    throw new Error("no database");
  });
  await leases.renew();
  await advance(60_000);
  await leases.renew();
  const task = runningTask(running, "t");
  await expect(leases.renew()).rejects.toThrow("no database");
  expect(task.lost.signal.aborted).toBe(false);
});

test("a database that answers nothing at all ends its attempts, too, when their leases end", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  let hangs = false;
  const leases = keeper(running, () => (hangs ? new Promise(() => {}) : Promise.resolve(allGranted)));
  await leases.renew();
  await advance(4_000);
  hangs = true;
  void leases.renew();
  await advance(7_900);
  expect(task.lost.signal.aborted).toBe(false);
  await advance(200);
  expect(task.lost.signal.aborted).toBe(true);
});

test("no renewal under way when the leases end: they end all the same", async () => {
  const running = new RunningTasks(4);
  const task = runningTask(running, "t");
  await keeper(running, async () => allGranted).renew();
  await advance(12_100);
  expect(task.lost.signal.aborted).toBe(true);
});

test("what was given up is not renewed while it ends, and a lease granted again and again goes on", async () => {
  const running = new RunningTasks(4);
  const [kept, gone] = [runningTask(running, "kept"), runningTask(running, "gone")];
  const asked: string[][] = [];
  const leases = keeper(running, async (held) => {
    asked.push(held.map(({ taskId }) => taskId));
    return { ...allGranted, lost: ["gone"] };
  });
  for (let passes = 0; passes < 10; passes++) {
    await leases.renew();
    await advance(4_000);
  }
  expect(asked.slice(0, 2)).toEqual([["kept", "gone"], ["kept"]]);
  expect(gone.lost.signal.aborted).toBe(true);
  expect(kept.lost.signal.aborted).toBe(false);
});

test.each([100, 1_000, 2_000, 3_000, 3_900])(
  "a database that answers nothing for 5 s, from %i ms after a renewal on, costs no attempt",
  async (from) => {
    const running = new RunningTasks(4);
    const task = runningTask(running, "t");
    const began = performance.now();
    const answersFrom = began + from + 5_000;
    let granted = 0;
    const leases = keeper(running, async () => {
      const askedAt = performance.now();
      const lateMs = askedAt < began + from ? 0 : answersFrom - askedAt;
      const cutOffMs = leaseAnswerSeconds(LEASE_SECONDS) * 1_000;
      if (lateMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(lateMs, cutOffMs)));
      if (lateMs > cutOffMs) throw new Error("no answer");
      granted += 1;
      return allGranted;
    });
    await leases.renew();
    await keepFor(60_000, leases);
    expect(task.lost.signal.aborted).toBe(false);
    expect(granted).toBeGreaterThan(60_000 / (LEASE_SECONDS * 1_000));
  },
);

test("a renewal that fails at once is tried again within the second, one that is granted every 4 s", async () => {
  const running = new RunningTasks(4);
  runningTask(running, "t");
  const askedAt: number[] = [];
  let refusals = 2;
  const leases = keeper(running, async () => {
    askedAt.push(Math.round(performance.now()));
    if (refusals-- > 0) throw new Error("no database");
    return allGranted;
  });
  const began = Math.round(performance.now());
  await keepFor(11_000, leases);
  expect(askedAt.map((moment) => moment - began)).toEqual([0, 1_000, 2_000, 6_000, 10_000]);
});

test("a task whose row is held is asked for again within the second, and given up alone when its lease ends", async () => {
  const running = new RunningTasks(4);
  const [soon, stuck, free] = ["soon", "stuck", "free"].map((taskId) => runningTask(running, taskId));
  const began = performance.now();
  const leases = keeper(running, async () => {
    const ms = performance.now() - began;
    const busy = [...(ms > 1_000 && ms < 9_000 ? ["soon"] : []), ...(ms > 1_000 ? ["stuck"] : [])];
    return { ...allGranted, busy };
  });
  await keepFor(11_500, leases);
  expect(stuck!.lost.signal.aborted).toBe(false);
  await keepFor(20_000, leases);
  expect(stuck!.lost.signal.aborted).toBe(true);
  expect(soon!.lost.signal.aborted).toBe(false);
  expect(free!.lost.signal.aborted).toBe(false);
});
