import type { Command } from "commander";
import { Option } from "commander";
import {
  datasetOption,
  given,
  listOption,
  type PagingOptions,
  pagingOptions,
  type WaitOptions,
  waitOptions,
} from "../options.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";
import { assertCompleted, waitForDataset, waitForRequest } from "../wait-for-dataset.ts";

interface OfDataset {
  readonly datasetName: string;
}
interface TaskFilter {
  readonly status?: string[];
  readonly text?: string;
  readonly errorCode?: string;
}
interface RedriveOptions extends OfDataset, TaskFilter, WaitOptions {
  readonly taskIds?: string[];
  readonly policy: "RESUME_FROM_CHECKPOINT" | "RESTART_FROM_BEGINNING" | "ERROR_RECORDS_ONLY";
  readonly dryRun?: boolean;
}
interface StopOptions extends OfDataset, WaitOptions {
  readonly moveStoppedTasksTo: "ERROR" | "COMPLETE";
}

export function addTaskCommands(program: Command, surroundings: Surroundings): void {
  const tasks = program.command("tasks").description("look at tasks, run them again, stop them");
  const filter = (command: Command) =>
    command
      .option("--status <statuses>", "only these, separated by commas", listOption)
      .option("--text <text>", "part of the id or reader definition")
      .option("--errorCode <code>", "code of the last error");

  leaf<OfDataset & PagingOptions & TaskFilter>(
    tasks,
    surroundings,
    "list",
    "list the tasks of a dataset",
    (command) => filter(pagingOptions(datasetOption(command))),
    async (session, options) => {
      type Query = Parameters<CliSession["client"]["tasks"]["list"]>[0];
      const query = given(options, "limit", "cursor", "status", "text", "errorCode");
      const page = await session.client.tasks.list({ dataset: options.datasetName, ...query } as Query);
      session.printer.list(page, {
        taskId: (task) => task.taskId,
        status: (task) => task.taskStatus,
        read: (task) => task.taskProgress.recordsRead,
        written: (task) => task.taskProgress.documentsWritten,
        skipped: (task) => task.taskProgress.recordsSkipped,
        errored: (task) => task.taskProgress.recordsErrored,
        attempts: (task) => task.taskExecutionLogs.length,
        lastError: (task) => task.lastError?.code,
      });
    },
  );

  leaf<OfDataset & { readonly taskId: string }>(
    tasks,
    surroundings,
    "view",
    "view a task",
    (command) => datasetOption(command).requiredOption("--taskId <id>", "the task"),
    async (session, options) =>
      session.printer.value(await session.client.tasks.view({ dataset: options.datasetName, taskId: options.taskId })),
  );

  leaf<RedriveOptions>(
    tasks,
    surroundings,
    "redrive",
    "run tasks again: all errored ones unless ids or a filter are given",
    (command) =>
      waitOptions(filter(datasetOption(command)))
        .option("--taskIds <ids>", "these tasks, separated by commas", listOption)
        .addOption(
          new Option("--policy <policy>", "where to begin")
            .choices(["RESUME_FROM_CHECKPOINT", "RESTART_FROM_BEGINNING", "ERROR_RECORDS_ONLY"])
            .default("RESUME_FROM_CHECKPOINT"),
        )
        .option("--dryRun", "only count"),
    redrive,
  );

  leaf<StopOptions>(
    tasks,
    surroundings,
    "stop",
    "stop a dataset at its checkpoints",
    (command) =>
      waitOptions(datasetOption(command)).addOption(
        new Option("--moveStoppedTasksTo <status>", "what stopped tasks become")
          .choices(["ERROR", "COMPLETE"])
          .makeOptionMandatory(),
      ),
    async (session, options) => {
      const { datasetId } = await session.client.datasets.view({ dataset: options.datasetName });
      const request = await session.client.stops.create({
        dataset: datasetId,
        moveStoppedTasksTo: options.moveStoppedTasksTo,
      });
      if (!options.wait) return session.printer.value(request);
      session.printer.value(await waitForDataset(session, datasetId, options.waitSeconds));
    },
  );
}

async function redrive(session: CliSession, options: RedriveOptions): Promise<void> {
  const { datasetId } = await session.client.datasets.view({ dataset: options.datasetName });
  const filter = given(options, "status", "text", "errorCode");
  const selected =
    options.taskIds !== undefined
      ? { selection: "TASK_IDS", taskIds: options.taskIds }
      : Object.keys(filter).length > 0
        ? { selection: "FILTER", filter }
        : { selection: "ALL_ERRORED" };
  type Input = Parameters<CliSession["client"]["redrives"]["create"]>[0];
  const input = { dataset: datasetId, policy: options.policy, dryRun: options.dryRun === true, ...selected } as Input;
  const answer = await session.client.redrives.create(input);
  if (!options.wait || answer.request === null) return session.printer.value(answer);
  await waitForRequest(session, datasetId, answer.request.requestId, options.waitSeconds);
  const view = await waitForDataset(session, datasetId, options.waitSeconds);
  session.printer.value(view);
  assertCompleted(view);
}
