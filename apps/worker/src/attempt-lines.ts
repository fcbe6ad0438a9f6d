import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import type { SettledTask } from "@letsdata/database/stores/settle-task";
import { briefAttributes, briefReaderDefinition } from "@letsdata/dataset/brief-definition";
import type { AttemptOutcome, Counts } from "@letsdata/pipeline/ports";
import type { SaidLine } from "./dataset-log.ts";

type Said = Omit<SaidLine, "time">;

const number = (value: number) => value.toLocaleString("en-US");

/** What the log says when an attempt begins. */
export function startedLine({ attempt, codeVersion, readerDefinition, checkpoint }: ClaimedTask): Said {
  const source = briefReaderDefinition(readerDefinition);
  const from =
    checkpoint.position === null
      ? "from the beginning"
      : `at the checkpoint after ${number(checkpoint.counts.recordsRead)} records (${briefAttributes(checkpoint.position)})`;
  return {
    level: "INFO",
    message: `Attempt ${attempt} starts ${from}${source === "" ? "" : `, reading ${source}`}, with code version ${codeVersion}.`,
  };
}

/** What the log says when an attempt has been settled: the problem first, then how the task goes on. */
export function endedLines(
  { attempt, taskType }: ClaimedTask,
  outcome: AttemptOutcome,
  settled: SettledTask,
): readonly Said[] {
  const { status, code, milliseconds } = settled;
  const lines: Said[] = [];
  const level = status === "ERRORED" ? "ERROR" : "WARN";
  if (outcome.kind === "failed") {
    const { error } = outcome;
    const details = error.details ? `\n${error.details}` : "";
    lines.push({ level, message: `${error.code}: ${error.message}${details}` });
  }
  const seconds = (milliseconds / 1000).toLocaleString("en-US", { maximumFractionDigits: 1 });
  const because = code ? ` (${code})` : "";
  lines.push({
    level: status === "ERRORED" ? "ERROR" : outcome.kind === "failed" ? "WARN" : "INFO",
    message: `Attempt ${attempt} ended after ${seconds} s: ${ending(outcome.kind, status)}${because}.${isSpark(taskType) ? "" : ` ${countsText(outcome.counts)}`}`,
  });
  return lines;
}

function ending(kind: AttemptOutcome["kind"], status: SettledTask["status"]): string {
  if (kind === "stopped" && status === "RERUN") return "its worker stops, the task goes on in another attempt";
  if (kind === "stopped") return `stopped on request, the task is ${status}`;
  if (status === "RERUN") return "the task goes on in another attempt";
  return `the task is ${status}`;
}

/** Its code reads and writes by itself: there is nothing to count. */
function isSpark(taskType: ClaimedTask["taskType"]): boolean {
  return taskType === "SPARK_MAPPER" || taskType === "SPARK_REDUCER";
}

function countsText(counts: Counts): string {
  const { recordsRead, documentsWritten, recordsSkipped, recordsErrored, bytesRead, bytesWritten } = counts;
  return `${number(recordsRead)} records read (${number(bytesRead)} bytes), ${number(documentsWritten)} documents written (${number(bytesWritten)} bytes), ${number(recordsSkipped)} skipped, ${number(recordsErrored)} errored.`;
}
