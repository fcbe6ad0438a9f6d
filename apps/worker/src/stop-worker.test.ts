import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type StoppableWorker, stopWorker, WORKER_STOP_MS_MAX } from "./stop-worker.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});

function worker(parts: Partial<StoppableWorker>) {
  const said: string[] = [];
  const says = (word: string) => async () => void said.push(word);
  const loop = (word: string) => ({ wake: () => {}, wakeAtOnce: () => {}, stop: says(word) });
  const stoppable: StoppableWorker = {
    scheduler: { drain: () => void said.push("drain") },
    running: { allEnded: says("ended") },
    jobs: { stop: says("jobs") },
    pool: { close: says("pool") },
    schedule: loop("schedule"),
    others: [loop("leases")],
    logLines: { stored: says("stored") },
    close: says("closed"),
    ...parts,
  };
  return { said, stoppable };
}

test("tasks drain at once, while jobs end; leases are renewed until both have", async () => {
  let jobsEnded = () => {};
  const jobs = { stop: () => new Promise<void>((resolve) => (jobsEnded = resolve)) };
  const { said, stoppable } = worker({ jobs });
  const stopping = stopWorker(stoppable);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(said).toEqual(["drain", "schedule", "ended"]);
  jobsEnded();
  await stopping;
  expect(said.slice(3)).toEqual(["pool", "ended", "leases", "stored", "closed"]);
});

test("what was killed after its time is settled before the database is closed", async () => {
  let isKilled = false;
  const ends: (() => void)[] = [];
  const running = {
    allEnded: () => new Promise<void>((resolve) => (isKilled ? setTimeout(resolve, 500) : ends.push(resolve))),
  };
  const close = vi.fn(async () => {});
  const pool = {
    close: async () => {
      isKilled = true;
    },
  };
  const stopping = stopWorker(worker({ running, pool, close }).stoppable);
  await vi.advanceTimersByTimeAsync(9_900);
  expect(isKilled).toBe(false);
  await vi.advanceTimersByTimeAsync(400);
  expect(isKilled).toBe(true);
  expect(close).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(500);
  await stopping;
  expect(close).toHaveBeenCalledOnce();
});

test("what attempts said last is stored before the database is closed", async () => {
  let store = () => {};
  const logLines = { stored: () => new Promise<void>((resolve) => (store = resolve)) };
  const { said, stoppable } = worker({ logLines });
  const stopping = stopWorker(stoppable);
  await vi.advanceTimersByTimeAsync(500);
  expect(said).toContain("leases");
  expect(said).not.toContain("closed");
  store();
  await stopping;
  expect(said.at(-1)).toBe("closed");
});

test("a worker stops in the time it promises, whatever hangs", async () => {
  const loop = { wake: () => {}, wakeAtOnce: () => {}, stop: never };
  const { stoppable } = worker({
    running: { allEnded: never },
    jobs: { stop: never },
    pool: { close: never },
    schedule: loop,
    others: [loop],
    logLines: { stored: never },
    close: never,
  });
  let isStopped = false;
  const stopping = stopWorker(stoppable).then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(WORKER_STOP_MS_MAX);
  expect(isStopped).toBe(true);
  await stopping;
});
