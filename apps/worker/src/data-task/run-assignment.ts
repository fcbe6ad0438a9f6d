import { sessionSource } from "@letsdata/aws/session-source";
import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import type { ComponentAssignment, CredentialsPurpose, TaskAssignment } from "@letsdata/compute/task-protocol";
import { openJavaScriptFileHandler } from "@letsdata/handlers/javascript/open-handler";
import { createRecordSplitter } from "@letsdata/handlers/record-splitter/record-splitter";
import { type AttemptOutcome, noCounts } from "@letsdata/pipeline/ports";
import { runTask } from "@letsdata/pipeline/run-task";
import type { CloudAccess, CredentialsSource } from "@letsdata/plugin-kit/connector";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import { errorConnector, readConnector, writeConnector } from "./catalogue-entry.ts";
import { handlerInterface } from "./handler-interface.ts";
import { systemClock } from "./system-clock.ts";

/** One attempt: opens reader, handler, writer and error sink of an assignment and runs the pipeline over them. */
export async function runAssignment(assignment: TaskAssignment, channel: TaskChannel): Promise<AttemptOutcome> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  try {
    const { task, resumeFrom, lease, recordErrorPolicy, limits } = assignment;
    const accessOf = cloudAccess(assignment, channel);
    const { handler, reader } = await openFileReading(assignment, accessOf, keep);
    const { writer: target, errorConnector: archive } = assignment;
    const writer = keep(
      await writeConnector(target.destination).openWriter({
        config: target.config,
        access: accessOf(target),
        task,
        confirmLease: () => channel.confirmLease(),
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
    return await runTask({
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
  } catch (thrown) {
    await Promise.allSettled(opened.map((part) => part.close()));
    return couldNotStart(assignment, thrown);
  }
}

async function openFileReading(
  assignment: TaskAssignment,
  accessOf: (component: ComponentAssignment) => CloudAccess,
  keep: <T extends { close(): Promise<void> }>(part: T) => T,
) {
  const { handler: code, reader: source, task } = assignment;
  const interfaceName = handlerInterface(code.language, code.interfaceName);
  if (interfaceName !== "SingleFileParser") {
    throw new Problem("NOT_AVAILABLE_LOCALLY", `Handlers of the interface ${interfaceName} cannot run here yet.`);
  }
  const host = await openJavaScriptFileHandler({ ...code, taskId: task.taskId });
  keep(host.handler);
  const framing = await host.frame(onlyFile(source.definition));
  const reader = await readConnector(source.destination).openReader({
    config: source.config,
    definition: source.definition,
    access: accessOf(source),
    splitters: [createRecordSplitter(framing)],
  });
  return { handler: host.handler, reader: keep(reader) };
}

/** A single-file task's definition names one object key, whatever the planner calls its type. */
function onlyFile(definition: Readonly<Record<string, unknown>>): string {
  const names = Object.values((definition.fileNames ?? {}) as Readonly<Record<string, unknown>>);
  const [name] = names;
  if (names.length === 1 && typeof name === "string") return name;
  throw new Problem("INTERNAL", "The task's reader definition does not name exactly one file.", {
    details: { definition },
  });
}

/** One credentials source per purpose, so that reader, writer and sink share sessions and clients. */
function cloudAccess({ task }: TaskAssignment, channel: TaskChannel) {
  const source = (purpose: CredentialsPurpose) => sessionSource(() => channel.credentials(purpose));
  const sources: Readonly<Record<CredentialsPurpose, CredentialsSource>> = {
    customer: source("customer"),
    letsdata: source("letsdata"),
  };
  return ({ access }: ComponentAssignment): CloudAccess => ({
    region: access.region,
    accountId: access.accountId,
    datasetName: task.datasetName,
    endpoint: access.endpoint ?? undefined,
    credentials: sources[access.purpose],
  });
}

function couldNotStart({ resumeFrom }: TaskAssignment, thrown: unknown): AttemptOutcome {
  const problem = asProblem(thrown);
  const stack = problem.details.stack ?? problem.details.thrown;
  return {
    kind: "failed",
    counts: resumeFrom?.counts ?? noCounts,
    error: {
      code: problem.code,
      message: problem.message,
      ...(typeof stack === "string" && stack !== "" ? { details: stack } : {}),
    },
  };
}
