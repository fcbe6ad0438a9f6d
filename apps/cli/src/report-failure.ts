import { Problem } from "@letsdata/plugin-kit/problems";
import { CommanderError } from "commander";
import { type ExitCode, exitCodes, UsageError, WaitTimedOut } from "./exit-codes.ts";
import type { Terminal } from "./printer.ts";

/** Says on standard error what went wrong, where and what to do; returns the exit code. */
export function reportFailure(terminal: Terminal, thrown: unknown): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (thrown instanceof UsageError) return say(terminal, thrown.message, exitCodes.usage);
  if (thrown instanceof WaitTimedOut) return say(terminal, thrown.message, exitCodes.timedOut);
  if (thrown instanceof Problem) {
    printProblem(terminal, thrown);
    return thrown.code === "UNAUTHENTICATED" ? exitCodes.authentication : exitCodes.problem;
  }
  return say(terminal, thrown instanceof Error ? thrown.message : String(thrown), exitCodes.problem);
}

export function printProblem(terminal: Terminal, problem: Problem): void {
  terminal.err(`${problem.code}: ${problem.message}\n`);
  printFindings(
    terminal,
    problem.errors.length > 0
      ? problem.errors
      : [{ path: problem.path ?? "", code: problem.code, message: problem.message, fix: problem.entry.fix }],
  );
  const requestId = problem.details.requestId;
  if (typeof requestId === "string") terminal.err(`  request ${requestId}\n`);
}

interface Finding {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

export function printFindings(terminal: Terminal, findings: readonly Finding[]): void {
  for (const { path, code, message, fix } of findings) {
    terminal.err(`  ${path === "" ? "" : `${path}: `}${message} [${code}]\n`);
    if (fix !== undefined) terminal.err(`    fix: ${fix}\n`);
  }
}

function say(terminal: Terminal, message: string, code: ExitCode): ExitCode {
  terminal.err(`${message}\n`);
  return code;
}
