import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { TaskProcessPool } from "./task-process-pool.ts";
import { assignmentFor, openTestPool, runRequest } from "./testing/sandbox.ts";

const artifactDir = resolve(import.meta.dirname, "../../../handlers/src/spark/testing/artifact");
const scratchDir = mkdtempSync(join(tmpdir(), "letsdata-step-process-"));
afterAll(() => rmSync(scratchDir, { recursive: true }));
let pool: TaskProcessPool;
beforeEach(() => {
  pool = openTestPool();
});
afterEach(() => pool.close());

/** A step whose read format is an order. */
function stepRequest(order: string, stop?: AbortSignal) {
  const step = {
    appName: "n-1",
    readDestination: "S3",
    readUri: "s3a://data/a.txt",
    readFormat: order,
    readOptions: {},
    writeDestination: "S3",
    writeUri: "s3a://out/n/1.json",
    writeFormat: "json",
    writeMode: "overwrite",
    writeOptions: {},
    sparkCredentialsSecretArn: "arn:aws:secretsmanager:eu-west-1:000000000001:secret:s-AbCdEf",
  };
  const assignment = assignmentFor(artifactDir);
  let tellStarted: (pids: readonly number[]) => void = () => {};
  const started = new Promise<readonly number[]>((resolve) => {
    tellStarted = resolve;
  });
  const { request } = runRequest(artifactDir, {
    ...(stop === undefined ? {} : { signalStop: stop }),
    onLog(lines) {
      const line = lines.find(({ message }) => message.startsWith("started "));
      if (line) tellStarted(line.message.split(" ").slice(1).map(Number));
    },
    assignment: {
      ...assignment,
      handler: { ...assignment.handler, language: "PYTHON", interfaceName: "SparkMapperInterface" },
      spark: {
        interfaceName: "SparkMapperInterface",
        arguments: step,
        scratchDir,
        properties: {},
        region: "eu-west-1",
        endpoint: null,
      },
    },
  });
  return { request, started };
}

const isAtWork = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));

test("when a step's outcome comes, all it started is gone: given up, another attempt writes to the same place", async () => {
  const stop = new AbortController();
  const { request, started } = stepRequest("start and hang", stop.signal);
  const running = pool.run(request);
  const pids = await started;
  expect(pids.map(isAtWork)).toEqual([true, true]);
  stop.abort("rerun");
  expect(await running).toMatchObject({ kind: "rerun" });
  expect(pids.map(isAtWork)).toEqual([false, false]);
});

test("a step that ended well leaves nothing behind either, and its process is not reused", async () => {
  const { request, started } = stepRequest("start and return");
  expect(await pool.run(request)).toMatchObject({ kind: "completed" });
  expect((await started).map(isAtWork)).toEqual([false, false]);
  expect(pool.processes()).toEqual([]);
});

test("a step that runs into its time-out is over with all it started", async () => {
  const { request, started } = stepRequest("start and hang");
  // The time in which Python has to start, too.
  expect(await pool.run({ ...request, timeoutSeconds: 10 })).toMatchObject({ error: { code: "TASK_TIMED_OUT" } });
  expect((await started).map(isAtWork)).toEqual([false, false]);
});
