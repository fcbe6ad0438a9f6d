import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BadInputBench,
  documents,
  expectBalance,
  lines,
  type Settled,
  startBadInputBench,
} from "./bad-input-bench.ts";
import { handlerTests } from "./handler-tests.ts";
import { longObjectTest, objectTests } from "./object-tests.ts";

let bench: BadInputBench;
let hanging: Promise<Settled[]>;

beforeAll(async () => {
  bench = await startBadInputBench({ LETSDATA_TASK_SLOTS: "8" });
  // Three attempts of 30 s, the shortest time-out there is: they run beside all other tests.
  const hang = (name: string, deed: string) =>
    bench.run(
      name,
      { "hang.jsonl": lines([...documents(600), { id: "hangs", do: deed }]) },
      { timeoutSeconds: 30, seconds: 240 },
    );
  hanging = Promise.all([hang("Loops", "loop"), hang("NeverAnswers", "never")]);
  hanging.catch(() => {});
});
afterAll(() => bench?.stop());

describe("a long object", () => longObjectTest(() => bench));
describe.concurrent("objects", () => objectTests(() => bench));
describe.concurrent("handlers", () => handlerTests(() => bench));

test("a handler that loops for ever or never answers is ended at the time-out; after three attempts without progress its task is ERRORED", async () => {
  for (const run of await hanging) {
    expect(run.view.datasetStatus).toBe("ERRORED");
    const [task] = run.tasks;
    expect(task?.lastError).toMatchObject({ code: "NO_PROGRESS", message: expect.stringContaining("30 s") });
    const row = await bench.installation.database.task.findUniqueOrThrow({ where: { id: task?.taskId ?? "" } });
    expect(row.lastError).toMatchObject({ code: "NO_PROGRESS", previous: { code: "TASK_TIMED_OUT" } });
    // The object that was open when the process was ended never appears: all its records are read again by a redrive.
    expect(run.view.counts.recordsRead).toBe(0);
    expect(await bench.writtenIds(run.view.datasetName)).toEqual([]);
    expect(task?.taskExecutionLogs).toHaveLength(3);
    expectBalance(run);
  }
});

test("the worker lives on", () => bench.expectWorkerLivesOn());
