import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import type { SettledTask } from "@letsdata/database/stores/settle-task";
import { noCounts } from "@letsdata/pipeline/ports";
import { expect, test } from "vitest";
import { endedLines, startedLine } from "./attempt-lines.ts";

const claimed = {
  attempt: 2,
  codeVersion: 3,
  readerDefinition: { line: 8, fileNames: { "": "movies/part-07.jsonl.gz" } },
  checkpoint: { position: null, counts: noCounts },
} as unknown as ClaimedTask;
const settled = (status: SettledTask["status"], code: string | null = null): SettledTask => ({
  taskId: "t",
  datasetId: "d",
  status,
  code,
  milliseconds: 12_345,
});
const counts = { ...noCounts, recordsRead: 1200, documentsWritten: 1100, recordsSkipped: 60, recordsErrored: 40 };

test("an attempt's first line says what it reads, where it begins and with which code", () => {
  expect(startedLine(claimed).message).toBe(
    "Attempt 2 starts from the beginning, reading movies/part-07.jsonl.gz, with code version 3.",
  );
  const resumed = { ...claimed, checkpoint: { position: { offset: 5 }, counts } } as unknown as ClaimedTask;
  expect(startedLine(resumed).message).toContain("at the checkpoint after 1,200 records (offset 5), reading");
  const worker = { ...claimed, readerDefinition: {} };
  expect(startedLine(worker).message).toBe("Attempt 2 starts from the beginning, with code version 3.");
});

test("a completed attempt says its duration and its counts", () => {
  const [line, ...rest] = endedLines(claimed, { kind: "completed", counts }, settled("COMPLETED"));
  expect(rest).toEqual([]);
  expect(line).toMatchObject({ level: "INFO" });
  expect(line!.message).toBe(
    "Attempt 2 ended after 12.3 s: the task is COMPLETED. 1,200 records read (0 bytes), 1,100 documents written (0 bytes), 60 skipped, 40 errored.",
  );
});

test("a failure shows the handler's own stack, as an error only when the task is over", () => {
  const outcome = {
    kind: "failed",
    counts,
    error: { code: "HANDLER_ERROR", message: "boom", details: "Error: boom\n  at parse (parser.js:3:1)" },
  } as const;
  const over = endedLines(claimed, outcome, settled("ERRORED", "HANDLER_ERROR"));
  expect(over.map(({ level }) => level)).toEqual(["ERROR", "ERROR"]);
  expect(over[0]!.message).toBe("HANDLER_ERROR: boom\nError: boom\n  at parse (parser.js:3:1)");
  const again = endedLines(claimed, outcome, settled("RERUN", "HANDLER_ERROR"));
  expect(again.map(({ level }) => level)).toEqual(["WARN", "WARN"]);
  expect(again[1]!.message).toContain("goes on in another attempt (HANDLER_ERROR)");
});

test("a balance that does not close is an error though the attempt itself went well", () => {
  const lines = endedLines(claimed, { kind: "completed", counts }, settled("ERRORED", "BALANCE_BROKEN"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: "ERROR", message: expect.stringContaining("ERRORED (BALANCE_BROKEN)") });
});
