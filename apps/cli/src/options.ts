import { type Command, InvalidArgumentError, Option } from "commander";

export function datasetOption(command: Command): Command {
  return command.requiredOption("--datasetName <nameOrId>", "name or id of the dataset");
}

export interface PagingOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

export function pagingOptions(command: Command): Command {
  return command
    .option("--limit <count>", "items a page, at most 500", wholeNumber)
    .option("--cursor <cursor>", "nextCursor of the page before");
}

export interface WaitOptions {
  readonly wait?: boolean;
  readonly waitSeconds: number;
}

export function waitOptions(command: Command): Command {
  return command
    .option("--wait", "wait until it is done, showing progress; exit 4 when time is up")
    .addOption(new Option("--waitSeconds <seconds>", "longest wait").default(3600).argParser(wholeNumber));
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** Epoch milliseconds, or a date and time such as 2026-01-05T09:00:00Z. */
export function timeOption(text: string): number {
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError("It must be epoch milliseconds or a date and time.");
  return time;
}

export function listOption(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The options that were given, without the command's own; for handing on to the client. */
export function given<Options extends object, Key extends keyof Options>(
  options: Options,
  ...keys: readonly Key[]
): Pick<Options, Key> {
  return Object.fromEntries(keys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]])) as Pick<
    Options,
    Key
  >;
}
