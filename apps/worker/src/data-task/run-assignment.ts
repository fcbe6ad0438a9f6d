import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import type { TaskAssignment } from "@letsdata/compute/task-protocol";
import { type Measuring, MinuteMeasurements } from "@letsdata/pipeline/measure";
import { type AttemptOutcome, noCounts } from "@letsdata/pipeline/ports";
import { type RunTaskInput, runTask } from "@letsdata/pipeline/run-task";
import { errorConnector, readConnector, writeConnector } from "./catalogue-entry.ts";
import { cloudAccess } from "./cloud-access.ts";
import { failedOutcome } from "./failed-outcome.ts";
import { openReading } from "./open-reading.ts";
import { systemClock } from "./system-clock.ts";

/** One attempt: opens reader, handler, writer and error sink of an assignment and runs the pipeline over them. */
export async function runAssignment(
  assignment: TaskAssignment,
  channel: TaskChannel,
  options: Pick<RunTaskInput, "measuring"> = {},
): Promise<AttemptOutcome> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  const measuring = options.measuring ?? new MinuteMeasurements(systemClock.now());
  const counters = {
    reader: () => measuring.add("read.requests", 1),
    writer: () => measuring.add("write.requests", 1),
  };
  try {
    const { task, resumeFrom, lease, recordErrorPolicy, limits } = assignment;
    const accessOf = cloudAccess(assignment, channel, counters);
    const warn = (message: string) => channel.log("WARN", message);
    const { handler, reader } = await openReading({ assignment, accessOf, keep, warn });
    const { writer: target, errorConnector: archive } = assignment;
    const numbering = numberingOf(assignment);
    const writer = keep(
      await writeConnector(target.destination).openWriter({
        config: target.config,
        access: accessOf(target),
        task,
        confirmLease: () => channel.confirmLease(),
        ...(numbering === null ? {} : { numbering }),
      }),
    );
    const errorSink = keep(
      await errorConnector(archive.destination).openErrorSink({
        config: archive.config,
        access: accessOf(archive),
        task,
        confirmLease: () => channel.confirmLease(),
      }),
    );
    const outcome = await runTask({
      task,
      lease,
      reader,
      handler,
      writer,
      errorSink,
      checkpoints: {
        load: async () => resumeFrom,
        save: (_taskId, _lease, update) => channel.saveCheckpoint(update),
      },
      resumeFrom,
      clock: systemClock,
      measuring,
      random: Math.random,
      limits,
      recordErrorPolicy,
      stop: channel.stop,
      lost: channel.lost,
      log: (level, message, details) => {
        const text = details === undefined ? message : `${message} ${JSON.stringify(details)}`;
        channel.log(level === "info" ? "INFO" : level === "warn" ? "WARN" : "ERROR", text);
      },
    });
    return withTheRest(outcome, measuring);
  } catch (thrown) {
    await Promise.allSettled(opened.map((part) => part.close()));
    return withTheRest(failedOutcome(assignment.resumeFrom?.counts ?? noCounts, thrown), measuring);
  }
}

/** Of opening what could not be opened, and of closing. */
function withTheRest(outcome: AttemptOutcome, measuring: Measuring): AttemptOutcome {
  const rest = measuring.drain();
  return rest.length === 0 ? outcome : { ...outcome, measurements: [...(outcome.measurements ?? []), ...rest] };
}

/** Of the attempts that give a record the ordinal that this one gives it; null: there is no other. */
function numberingOf({ reader, task }: TaskAssignment): string | null {
  const { repeatsInOrder } = readConnector(reader.destination);
  if (repeatsInOrder === "never") return null;
  return repeatsInOrder === "always" ? "source" : `code ${task.codeVersion}`;
}
