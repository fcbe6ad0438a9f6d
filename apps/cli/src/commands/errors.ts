import type { Command } from "commander";
import { datasetOption, given, type PagingOptions, pagingOptions } from "../options.ts";
import { timeText } from "../printer.ts";
import { leaf, type Surroundings } from "../session.ts";

interface ViewOptions extends PagingOptions {
  readonly datasetName: string;
  readonly file: string;
  readonly errorId?: string;
  readonly code?: string;
  readonly text?: string;
}

export function addErrorCommands(program: Command, surroundings: Surroundings): void {
  const errors = program.command("errors").description("records that failed");
  leaf<{ readonly datasetName: string; readonly taskId?: string } & PagingOptions>(
    errors,
    surroundings,
    "list",
    "list tasks with error records, and their files",
    (command) => pagingOptions(datasetOption(command)).option("--taskId <id>", "only this task"),
    async (session, options) => {
      const query = given(options, "limit", "cursor", "taskId");
      const page = await session.client.errors.list({ dataset: options.datasetName, ...query });
      session.printer.list(page, {
        taskId: (task) => task.taskId,
        status: (task) => task.taskStatus,
        errors: (task) => task.numberOfErrors,
        fileIds: (task) => task.files.map(({ file }) => file).join(" "),
      });
    },
  );
  leaf<ViewOptions>(
    errors,
    surroundings,
    "view",
    "read the error records of a file, or one of them whole",
    (command) =>
      pagingOptions(datasetOption(command))
        .requiredOption("--file <file>", "a file of `errors list`")
        .option("--errorId <id>", "one record, whole")
        .option("--code <code>", "only this code")
        .option("--text <text>", "part of the message, document id or record"),
    async (session, options) => {
      const { datasetName: dataset, file, errorId } = options;
      if (errorId !== undefined) {
        return session.printer.value(await session.client.errors.view({ dataset, file, errorId }));
      }
      const query = given(options, "limit", "cursor", "code", "text");
      const page = await session.client.errors.listRecords({ dataset, file, ...query });
      session.printer.list(page, {
        errorId: (record) => record.errorId,
        time: (record) => timeText(record.errorTime),
        code: (record) => record.code,
        message: (record) => record.errorMessage,
        start: (record) => JSON.stringify(record.errorStartOffsetMap),
      });
    },
  );
}
