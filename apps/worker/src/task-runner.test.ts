import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import type { SettledTask, SettleTask } from "@letsdata/database/stores/settle-task";
import { noCounts } from "@letsdata/pipeline/ports";
import { Problem } from "@letsdata/plugin-kit/problems";
import { expect, test } from "vitest";
import { LogLines } from "./log-lines.ts";
import { MachineRest } from "./machine-rest.ts";
import { createTaskRunner, type TaskRunnerParts } from "./task-runner.ts";

/** What the runner says of an attempt is never stored, and the attempt goes on. */
const neverStored = new LogLines(() => new Promise(() => {}), { info: () => {}, warn: () => {}, error: () => {} });

const claimed = {
  taskId: "t",
  datasetId: "d",
  attempt: 1,
  codeVersion: 1,
  taskType: "READER",
  readerDefinition: {},
  checkpoint: { position: null, counts: noCounts },
  lease: { workerId: "w", token: 1 },
} as unknown as ClaimedTask;

const context = { config: { computeEngine: {} }, codeDigest: null };

/** What attempts are settled with whose artifact cannot be had for these reasons, one after the other; each rest is waited for. */
function settledAfter(...reasons: unknown[]): Promise<SettleTask[]> {
  return settledWith(async () => context, ...reasons);
}

async function settledWith(get: () => Promise<typeof context>, ...reasons: unknown[]): Promise<SettleTask[]> {
  let now = 0;
  const settled: SettleTask[] = [];
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const run = createTaskRunner({
    logLines: neverStored,
    contexts: { get },
    artifacts: { open: () => Promise.reject(reasons[settled.length]) },
    rest: new MachineRest(() => now),
    leaseSeconds: 60,
    log: silent,
  } as unknown as TaskRunnerParts);
  for (const _ of reasons) {
    const { taskId, datasetId, lease } = claimed;
    const running = { taskId, datasetId, lease, lost: new AbortController(), drain: new AbortController() };
    await run(claimed, running, async (settle) => {
      settled.push(settle);
      const { kind } = settle.outcome;
      return { taskId, datasetId, status: "ERRORED", code: kind, milliseconds: 0 } satisfies SettledTask;
    });
    now += 600_000;
  }
  return settled;
}
const codes = (settled: readonly SettleTask[]) =>
  settled.map(({ outcome }) => (outcome.kind === "failed" ? outcome.error.code : outcome.kind));

test("an attempt that begins while the database is away waits for it instead of failing", async () => {
  const answers = [3, 2, 1].map((n) => new Problem("DATABASE_UNAVAILABLE", `away ${n}`));
  const get = async () => {
    const problem = answers.shift();
    if (problem) throw problem;
    return context;
  };
  const settled = await settledWith(get, new Problem("ARTIFACT_INVALID", "The artifact is an empty file."));
  expect(codes(settled)).toEqual(["ARTIFACT_INVALID"]);
  expect(answers).toEqual([]);
});

test("a machine that lacks something fails no task: each waits longer than the one before, until an attempt gets further", async () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  const bad = new Problem("ARTIFACT_INVALID", "The artifact is an empty file.");
  const settled = await settledAfter(full, full, full, bad, full);
  expect(codes(settled)).toEqual([
    "MACHINE_FAILED",
    "MACHINE_FAILED",
    "MACHINE_FAILED",
    "ARTIFACT_INVALID",
    "MACHINE_FAILED",
  ]);
  expect(settled.map(({ delaySeconds }) => delaySeconds)).toEqual([5, 10, 20, 0, 5]);
});

test("an attempt is over when it is settled: its slot does not wait for its last lines to be stored", async () => {
  const settled = await settledAfter(new Problem("ARTIFACT_INVALID", "The artifact is an empty file."));
  expect(settled).toHaveLength(1);
  await expect(Promise.race([neverStored.stored().then(() => "stored"), "waiting"])).resolves.toBe("waiting");
});
