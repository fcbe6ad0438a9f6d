import type { Handler } from "@letsdata/plugin-kit/handler";
import type { Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import { describe, expect, it } from "vitest";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { taskBench } from "./testing/task-bench.ts";

/** A queue that is stopped while it has read ahead, and one batch more is on its way. */
const stopAhead = async (millisecondsEach: number) => {
  const { attempt, clock, stop } = taskBench();
  const acknowledged: (readonly SourceRecord["start"][])[] = [];
  let handedOut = 0;
  const queue = fakeReader(sourceRecords(Array.from({ length: 1_000 }, (_, n) => `doc ${n}`)), { acknowledged });
  const reader: Reader = {
    ...queue,
    async *read(from, signal) {
      for await (const batch of queue.read(from, new AbortController().signal)) {
        if (handedOut === 50) {
          stop.abort("stopped");
          await clock.sleep(10);
        }
        handedOut += batch.records.length;
        yield batch;
        if (signal.aborted) return;
      }
    },
  };
  const handle: Handler["handle"] = async (records, signal) => {
    await clock.sleep(millisecondsEach * records.length);
    return fakeHandler().handle(records, signal);
  };
  const outcome = await clock.run(runTask(attempt({ reader, handler: { ...fakeHandler(), handle } })));
  return { outcome, handedOut, acknowledged: acknowledged.flat().length };
};

describe("the work of a task that is told to end", () => {
  it("covers all that a queue lent when the task is told to end, so that no receive is used up for nothing", async () => {
    const { outcome, handedOut, acknowledged } = await stopAhead(10);
    expect(outcome).toMatchObject({ kind: "stopped", counts: { recordsRead: 60 } });
    expect([handedOut, acknowledged]).toEqual([60, 60]);
  });

  it("covers of what a queue lent what a slow handler comes to in a few seconds", async () => {
    const { outcome, acknowledged } = await stopAhead(150);
    expect(outcome.kind).toBe("stopped");
    expect(acknowledged).toBeGreaterThan(20);
    expect(acknowledged).toBeLessThan(60);
  });
});
