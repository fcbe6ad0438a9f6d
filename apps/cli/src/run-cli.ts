import { Command } from "commander";
import { addAccountCommands } from "./commands/account.ts";
import { addDatasetCommands } from "./commands/datasets.ts";
import { addErrorCommands } from "./commands/errors.ts";
import { addHandlerCommands } from "./commands/handlers.ts";
import { addManifestCommands } from "./commands/manifests.ts";
import { addReadCommands } from "./commands/read.ts";
import { addReportCommands } from "./commands/reports.ts";
import { addRequestCommands } from "./commands/requests.ts";
import { addTaskCommands } from "./commands/tasks.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { reportFailure } from "./report-failure.ts";
import type { Surroundings } from "./session.ts";

/** Runs one command line; never throws. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { terminal } = surroundings;
  const program = new Command("letsdata")
    .description("LetsData from the command line")
    .showHelpAfterError("(run with --help for the options)")
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  addDatasetCommands(program, surroundings);
  addTaskCommands(program, surroundings);
  addRequestCommands(program, surroundings);
  addErrorCommands(program, surroundings);
  addReportCommands(program, surroundings);
  addAccountCommands(program, surroundings);
  addManifestCommands(program, surroundings);
  addReadCommands(program, surroundings);
  addHandlerCommands(program, surroundings);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCodes.ok;
  } catch (thrown) {
    return reportFailure(terminal, thrown);
  }
}
