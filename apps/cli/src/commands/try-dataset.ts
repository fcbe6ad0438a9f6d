import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Command } from "commander";
import { ValidationFailed, WaitTimedOut } from "../exit-codes.ts";
import { wholeNumber } from "../options.ts";
import { readConfigFile } from "../read-config-file.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";
import { estimateLines } from "./estimate-lines.ts";

const pollMilliseconds = 500;
/** A little longer than the server lets a trial wait and run. */
const waitSeconds = 130;

type Trial = Awaited<ReturnType<CliSession["client"]["tries"]["view"]>>;
type Result = NonNullable<Trial["result"]>;

export function addTryCommand(datasets: Command, surroundings: Surroundings): void {
  leaf<{ readonly configFile: string; readonly records: number }>(
    datasets,
    surroundings,
    "try",
    "run the handler on the first records; nothing is created or written",
    (command) =>
      command
        .requiredOption("--configFile <path>", "dataset JSON; - reads standard input")
        .option("--records <count>", "how many records, at most 100", wholeNumber, 20),
    async (session, { configFile, records }) => {
      const config = await readConfigFile(session, configFile);
      const { tryId } = await session.client.tries.create({ config, records });
      const result = await resultOf(session, tryId).finally(() =>
        session.client.tries.delete({ params: { tryId } }).catch(() => {}),
      );
      if (session.printer.isTable) printResult(session, result);
      else session.printer.value(result);
      if (result.failure) throw new ValidationFailed(`The trial ended early: ${result.failure.message}`);
    },
  );
}

async function resultOf(session: CliSession, tryId: string): Promise<Result> {
  const deadline = Date.now() + waitSeconds * 1_000;
  for (;;) {
    const { status, result, problem } = await session.client.tries.view({ tryId });
    if (result) return result;
    if (problem) {
      const errors = problem.errors.map(({ fix, ...finding }) => (fix === undefined ? finding : { ...finding, fix }));
      throw new Problem("CONFIG_INVALID", `${problem.code}: ${problem.message}`, { errors });
    }
    if (Date.now() > deadline) throw new WaitTimedOut(`The trial is still ${status} after ${waitSeconds} seconds.`);
    await sleep(pollMilliseconds);
  }
}

function printResult(session: CliSession, result: Result): void {
  const { printer } = session;
  printer.note(`tried: ${result.item}`);
  printer.list(
    { items: result.records },
    {
      start: ({ source }) => source.start,
      outcome: ({ outcome }) => outcome,
      milliseconds: ({ milliseconds }) => milliseconds.toFixed(2),
      bytes: ({ document }) => document?.countedBytes,
      record: ({ body }) => firstLine(body.text),
      becomes: ({ document, error, skipReason }) =>
        error ? `${error.code}: ${error.message}` : firstLine(document?.body.text ?? skipReason ?? ""),
    },
  );
  for (const { level, message } of result.logs) printer.note(`${level} ${message}`);
  for (const notice of result.notices) printer.note(`note: ${notice}`);
  for (const line of estimateLines(result.estimate)) printer.note(line);
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]!.slice(0, 80);
}
