import { javaHost } from "@letsdata/handlers/java/open-handler";
import { javaScriptHost } from "@letsdata/handlers/javascript/open-handler";
import { type LanguageHost, stackIn } from "@letsdata/handlers/language-host";
import { pythonHost } from "@letsdata/handlers/python/open-handler";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { FileFraming, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { SparkAssignment, TaskAssignment, TaskOutcome } from "../../task-protocol.ts";
import { serveTasks } from "../serve-tasks.ts";

const hosts: Readonly<Partial<Record<HandlerDescription["language"], LanguageHost>>> = {
  JAVASCRIPT: javaScriptHost,
  PYTHON: pythonHost,
  JAVA: javaHost,
};
function hostOf(language: HandlerDescription["language"]): LanguageHost {
  const host = hosts[language];
  if (!host) throw new Error(`no host for ${language}`);
  return host;
}

/** One call, given up when the task is to stop. */
async function runStep(
  { handler, task }: TaskAssignment,
  spark: SparkAssignment,
  stop: AbortSignal,
): Promise<TaskOutcome> {
  const { interfaceName, scratchDir, properties } = spark;
  const surroundings = { scratchDir, properties, environment: {} };
  const step = await hostOf(handler.language).openSparkStep!({
    ...handler,
    interfaceName,
    taskId: task.taskId,
    surroundings,
  });
  const kind = await step.run(spark.arguments, stop).then(
    () => "completed" as const,
    (thrown) => {
      if (stop.aborted) return "rerun" as const;
      throw thrown;
    },
  );
  await step.close();
  return { kind, counts: noCounts };
}

const noCounts = {
  recordsRead: 0,
  documentsWritten: 0,
  recordsSkipped: 0,
  recordsErrored: 0,
  bytesRead: 0,
  bytesWritten: 0,
};

function batchOf(texts: readonly string[], { fileType, resolvedName }: FileFraming): SourceRecord[] {
  const source = { type: fileType, name: resolvedName };
  return texts.map((text, start) => {
    const body = new TextEncoder().encode(text);
    return { source, start, end: start + body.length, body, attributes: {} };
  });
}

/**
 * A task process without cloud: hands `definition.records` to the handler, one checkpoint per round, and ends as `definition.ending` says, or
 * runs its Spark step.
 */
serveTasks({
  async run(assignment, channel) {
    if (assignment.spark) return runStep(assignment, assignment.spark, channel.stop);
    const { handler, task, reader } = assignment;
    const host = await hostOf(handler.language).openSingleFileParser({ ...handler, taskId: task.taskId });
    const framing = await host.frame("a.log");
    const texts = reader.definition.records as readonly string[];
    const rounds = reader.definition.rounds as number;
    const { recordsRead: _, ...counts } = noCounts;
    let recordsRead = assignment.resumeFrom?.counts.recordsRead ?? 0;
    for (let round = 0; round < rounds; round++) {
      const stopReason: unknown = channel.stop.aborted ? channel.stop.reason : null;
      if (stopReason === "stopped" || stopReason === "rerun") {
        return { kind: stopReason, counts: { ...counts, recordsRead } };
      }
      const batch = batchOf(texts, framing);
      await host.handler.handle(batch, channel.stop);
      recordsRead += batch.length;
      await channel.credentials("customer");
      const position = { offset: recordsRead };
      await channel.saveCheckpoint({
        position,
        counts: { ...counts, recordsRead },
        errorFiles: [],
        measurements: [],
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const ending = reader.definition.ending as Pick<TaskOutcome, "mayStillWrite"> | undefined;
    return { kind: "completed", ...ending, counts: { ...counts, recordsRead } };
  },
  handlerStack: () => stackIn(Object.values(hosts)),
  describe: async (request) => hostOf(request.language).describe({ ...request, interfaceName: "SingleFileParser" }),
  async tryOut({ assignment, readings, records }, channel) {
    const { handler, task, reader } = assignment;
    const host = await hostOf(handler.language).openSingleFileParser({ ...handler, taskId: task.taskId });
    const batch = batchOf(reader.definition.records as readonly string[], await host.frame("a.log"));
    await host.handler.handle(batch, channel.lost);
    const trial = {
      item: readings[0]?.item ?? "",
      records: [],
      sourceEnded: false,
      notices: [],
      failure: null,
      limits: null,
    };
    return { ...trial, read: { records, storedBytes: 0, millisecondsPerRecord: null } };
  },
});
