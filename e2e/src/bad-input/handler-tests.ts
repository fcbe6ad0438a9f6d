import { describe, expect, test } from "vitest";
import { waitFor } from "../installation/dataset-run.ts";
import { type BadInputBench, documents, expectBalance, lines } from "./bad-input-bench.ts";

/** Handlers that throw, end their process, eat memory, print without end or return nonsense. */
export function handlerTests(benchOf: () => BadInputBench): void {
  /** Two read batches of 500 good lines, then the deed, then good lines again. */
  const around = (deed: string) => lines([...documents(1_000), { id: "bad", do: deed }, ...documents(10, "after")]);

  async function failedTask(name: string, deed: string) {
    const run = await benchOf().run(name, { "bad.jsonl": around(deed), "good.jsonl": lines(documents(3, "g")) });
    expect(run.view.datasetStatus).toBe("ERRORED");
    expect(run.tasks.map(({ taskStatus }) => taskStatus)).toEqual(["ERRORED", "COMPLETED"]);
    expectBalance(run);
    return { run, task: run.tasks[0] as (typeof run.tasks)[number] };
  }

  /** What the database keeps beside the public message. */
  async function storedError(taskId: string) {
    const row = await benchOf().installation.database.task.findUniqueOrThrow({ where: { id: taskId } });
    return row.lastError as { code: string; message: string; details?: string };
  }

  describe.concurrent("while it handles a record", () => {
    const place = `at byte ${lines(documents(1_000)).length} of `;

    test.each([
      ["Throws", "throw", "TypeError: line bad broke the handler", "throwFromCustomerCode"],
      ["Rejects", "reject", "RangeError: line bad was rejected", "SingleFileParser.js"],
      ["ThrowsText", "throwText", "a text, not an Error", null],
      ["ThrowsHostile", "throwHostile", "a value that", null],
      ["KillsItself", "kill", "process.kill is not available to handlers", "SingleFileParser.js"],
    ] as const)(
      "%s: the task is ERRORED with place and stack; what came before is written and checkpointed",
      async (name, deed, text, inStack) => {
        const { run, task } = await failedTask(name, deed);
        expect(task.lastError).toMatchObject({ code: "HANDLER_EXCEPTION", message: expect.stringContaining(text) });
        expect(task.lastError?.message).toContain(place);
        expect(task.lastError?.message).toContain(`${name}/bad.jsonl`);
        if (inStack !== null) expect((await storedError(task.taskId)).details).toContain(inStack);
        expect(task.taskProgress.documentsWritten).toBe(1_000);
        expect(task.taskCheckpoint).not.toBeNull();
        expect((await benchOf().writtenIds(name)).toSorted()).toEqual(
          [...documents(1_000), ...documents(3, "g")].map(({ id }) => id).toSorted(),
        );
        expect(run.view.counts.documentsWritten).toBe(1_003);
      },
    );

    test.each([
      ["FillsHeap", "fillHeap"],
      ["FillsBuffers", "fillBuffers"],
    ])("%s: the task is ERRORED with OUT_OF_MEMORY, which names the limit", async (name, deed) => {
      const { task } = await failedTask(name, deed);
      expect(task.lastError).toMatchObject({ code: "OUT_OF_MEMORY", message: expect.stringContaining("512 MiB") });
    });

    test.each([
      ["Exits", "exit", "exit code 0"],
      ["RejectsUnseen", "rejectUnseen", "exit code 1"],
    ])(
      "%s: the process is started again from the checkpoint, and after three attempts the task is ERRORED",
      async (name, deed, text) => {
        const { task } = await failedTask(name, deed);
        expect(task.lastError).toMatchObject({ code: "NO_PROGRESS", message: expect.stringContaining(text) });
      },
    );

    test("what cannot be a document is an error record INVALID_DOCUMENT, the records around it are written", async () => {
      const deeds = ["bigInt", "cycle", "noDocument", "returnText", "returnNothing"];
      const content = deeds.flatMap((deed) => [
        { id: `before-${deed}`, do: "document" },
        { id: deed, do: deed },
      ]);
      const run = await benchOf().run("NoDocuments", { "bad.jsonl": lines([...content, ...documents(1, "after")]) });
      expect(run.view.datasetStatus).toBe("COMPLETED");
      const records = await benchOf().errorRecords("NoDocuments");
      expect(records.map(({ code, origin }) => [code, origin])).toEqual(
        deeds.map(() => ["INVALID_DOCUMENT", "SYSTEM"]),
      );
      expect(records.map(({ record }) => (JSON.parse(record.body) as { id: string }).id)).toEqual(deeds);
      expect(records[0]?.errorMessage).toContain("BigInt");
      expect(await benchOf().writtenIds("NoDocuments")).toEqual([...deeds.map((deed) => `before-${deed}`), "after0"]);
      expectBalance(run);
    });

    test("printing half a gigabyte completes; the log is bounded and says what was left out", async () => {
      const run = await benchOf().run("Prints", {
        "print.jsonl": lines([{ id: "loud", do: "print" }, ...documents(2)]),
      });
      expect(run.view.datasetStatus).toBe("COMPLETED");
      expect(await benchOf().writtenIds("Prints")).toEqual(["loud", "d0", "d1"]);
      const storedNow = () =>
        benchOf().installation.database.taskLogLine.findMany({ where: { datasetId: run.view.datasetId } });
      // Lines are stored in their order, the last ones after the task is settled.
      const stored = await waitFor(
        async () => {
          const lines = await storedNow();
          return lines.some(({ message }) => message.startsWith("Attempt 1 ended after")) ? lines : null;
        },
        60,
        "the line that tells of the end of the attempt",
      );
      const characters = stored.reduce((sum, { message }) => sum + message.length, 0);
      expect(stored.length).toBeGreaterThan(0);
      expect(stored.length).toBeLessThan(21_000);
      expect(characters).toBeLessThan(32 * 1024 * 1024);
      expect(stored.some(({ message }) => /\d+ (log )?lines (were )?left out/.test(message))).toBe(true);
    });
  });
}
