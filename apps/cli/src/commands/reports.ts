import { type ChartId, chartIds } from "@letsdata/dataset/metrics";
import type { Command } from "commander";
import { Option } from "commander";
import { datasetOption, given, type PagingOptions, pagingOptions, timeOption } from "../options.ts";
import { timeText } from "../printer.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";

interface LogOptions extends PagingOptions {
  readonly datasetName: string;
  readonly taskId?: string;
  readonly level?: "DEBUG" | "INFO" | "WARN" | "ERROR";
  readonly text?: string;
  readonly from?: number;
  readonly to?: number;
}
interface MetricOptions {
  readonly datasetName: string;
  readonly chart: ChartId;
  readonly taskId?: string;
  readonly from?: number;
  readonly to?: number;
}
interface UsageOptions extends PagingOptions {
  readonly datasetName?: string;
  readonly from?: number;
  readonly to?: number;
  readonly type?: string;
}

function timeRange(command: Command): Command {
  return command
    .option("--from <time>", "epoch milliseconds or a date and time", timeOption)
    .option("--to <time>", "epoch milliseconds or a date and time", timeOption);
}

export function addReportCommands(program: Command, surroundings: Surroundings): void {
  const logs = program.command("logs").description("what engine and handlers said");
  leaf<LogOptions>(
    logs,
    surroundings,
    "list",
    "read a dataset's log, newest first",
    (command) =>
      timeRange(pagingOptions(datasetOption(command)))
        .option("--taskId <id>", "only this task")
        .addOption(new Option("--level <level>", "least severe level").choices(["DEBUG", "INFO", "WARN", "ERROR"]))
        .option("--text <text>", "part of the message"),
    printLog,
  );
  leaf<LogOptions & { readonly taskId: string }>(
    logs,
    surroundings,
    "view",
    "read a task's log, newest first",
    (command) => timeRange(pagingOptions(datasetOption(command))).requiredOption("--taskId <id>", "the task"),
    printLog,
  );

  const metrics = program.command("metrics").description("charts as numbers");
  leaf<MetricOptions>(
    metrics,
    surroundings,
    "view",
    "read one chart",
    (command) =>
      timeRange(datasetOption(command))
        .addOption(new Option("--chart <id>", "the chart").choices(chartIds).makeOptionMandatory())
        .option("--taskId <id>", "only this task"),
    async (session, options) => {
      const query = given(options, "taskId", "from", "to");
      session.printer.value(
        await session.client.metrics.view({ dataset: options.datasetName, chart: options.chart, ...query }),
      );
    },
  );

  const usage = program.command("usage").description("what was used");
  leaf<UsageOptions>(
    usage,
    surroundings,
    "list",
    "list usage records, of one dataset or all",
    (command) =>
      timeRange(pagingOptions(command))
        .option("--datasetName <nameOrId>", "only this dataset")
        .option("--type <type>", "resourceType"),
    async (session, options) => {
      const query = given(options, "limit", "cursor", "from", "to", "type");
      const page =
        options.datasetName === undefined
          ? await session.client.usage.list(query)
          : await session.client.usage.listOfDataset({ dataset: options.datasetName, ...query });
      session.printer.list(page, {
        start: (record) => timeText(record.eventStartTime),
        end: (record) => timeText(record.eventEndTime),
        type: (record) => record.resourceType,
        resource: (record) => record.resource,
        dimension: (record) => record.meteringDimension,
        value: (record) => record.meteringValue,
        unit: (record) => record.meteringUnit,
        status: (record) => record.billedStatus,
      });
    },
  );
}

async function printLog(session: CliSession, options: LogOptions): Promise<void> {
  const query = given(options, "limit", "cursor", "level", "text", "from", "to", "taskId");
  const page = await session.client.logs.list({ dataset: options.datasetName, ...query });
  session.printer.list(page, {
    time: (line) => timeText(line.time),
    level: (line) => line.level,
    source: (line) => line.source,
    taskId: (line) => line.taskId,
    message: (line) => line.message,
  });
}
