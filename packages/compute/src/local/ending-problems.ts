import type { HandlerStack } from "@letsdata/handlers/host-process/ask-stack";
import { machineTrouble } from "@letsdata/plugin-kit/machine-trouble";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { TaskOutcome } from "../task-protocol.ts";
import type { Ending } from "./task-process.ts";

/** A process that was ended because its time was up, or its memory. */
export interface TimeUp {
  /** Where customer code was then; null where that is not known. */
  readonly stack: HandlerStack | null;
}

/** Why an attempt failed whose process is gone. */
export function runFailure(
  ending: Ending,
  timeUp: TimeUp | null,
  { timeoutSeconds, memoryMegabytes }: { readonly timeoutSeconds: number; readonly memoryMegabytes: number },
): { readonly code: string; readonly message: string; readonly details?: string } {
  if (timeUp !== null) {
    const message = `The attempt ran for ${timeoutSeconds} s without draining and was ended${placeOf(timeUp)}.`;
    return { code: "TASK_TIMED_OUT", message, ...stackOf(timeUp) };
  }
  if (ending.kind === "memory") {
    const message = `The task needed more than ${memoryMegabytes} MiB${placeOf(ending)}.`;
    return { code: "OUT_OF_MEMORY", message, ...stackOf(ending) };
  }
  const trouble = troubleOf(ending);
  if (trouble) return { code: trouble.code, message: trouble.message };
  const details = lastWords(ending);
  const message = `The task's process ended: ${inWords(ending)}.`;
  return { code: "TASK_CRASHED", message, ...(details ? { details } : {}) };
}

/** A language host that died without a stack may have said why: that is in what the process printed last. */
export function withLastWords(outcome: TaskOutcome, printed: string): TaskOutcome {
  if (outcome.kind !== "failed" || outcome.error.code !== "TASK_CRASHED" || outcome.error.details) return outcome;
  return printed === "" ? outcome : { ...outcome, error: { ...outcome.error, details: printed } };
}

export function tryFailure(ending: Ending, timeUp: TimeUp | null, memoryMegabytes: number): Problem {
  if (timeUp !== null) {
    const message = `The trial did not end in time; look for an endless loop${placeOf(timeUp)}.`;
    return new Problem("TASK_TIMED_OUT", message, withStack(timeUp));
  }
  if (ending.kind === "memory") {
    const message = `The trial needed more than ${memoryMegabytes} MiB${placeOf(ending)}.`;
    return new Problem("OUT_OF_MEMORY", message, withStack(ending));
  }
  const trouble = troubleOf(ending);
  if (trouble) return trouble;
  return new Problem("TASK_CRASHED", `The trial's process ended: ${inWords(ending)}.`, {
    details: { lastWords: lastWords(ending) },
  });
}

export function describeFailure(
  ending: Ending,
  timeUp: TimeUp | null,
  { timeoutSeconds, memoryMegabytes }: { readonly timeoutSeconds: number; readonly memoryMegabytes: number },
): Problem {
  if (timeUp !== null) {
    const message = `The artifact's module did not finish loading within ${timeoutSeconds} s; look for an endless loop outside its class${placeOf(timeUp)}.`;
    return new Problem("ARTIFACT_INVALID", message, withStack(timeUp));
  }
  if (ending.kind === "memory") {
    const message = `Loading the artifact needed more than ${memoryMegabytes} MiB${placeOf(ending)}.`;
    return new Problem("OUT_OF_MEMORY", message, withStack(ending));
  }
  const trouble = troubleOf(ending);
  if (trouble) return trouble;
  return new Problem("ARTIFACT_INVALID", `Loading the artifact ended its process: ${inWords(ending)}.`);
}

function troubleOf(ending: Ending): Problem | null {
  return ending.kind === "unstarted" ? machineTrouble(ending.error) : null;
}

function placeOf({ stack }: TimeUp): string {
  return stack?.place ? `: the handler was in ${stack.place}` : "";
}

function stackOf({ stack }: TimeUp): { readonly details?: string } {
  return stack ? { details: stack.stack } : {};
}

function withStack({ stack }: TimeUp) {
  return stack ? { details: { stack: stack.stack } } : {};
}

function inWords(ending: Ending): string {
  if (ending.kind === "memory") return "out of memory";
  if (ending.kind === "unstarted") return `it could not be started (${ending.error.message})`;
  if (ending.kind === "killed") return "it was ended by the worker";
  return ending.signal === null ? `exit code ${ending.code}` : `signal ${ending.signal}`;
}

function lastWords(ending: Ending): string | undefined {
  return ending.kind === "exit" ? ending.lastWords : undefined;
}
