import type { HandlerStack } from "@letsdata/handlers/host-process/ask-stack";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Ending } from "./task-process.ts";

/** A process that was ended because its time was up. */
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
    return { code: "TASK_TIMED_OUT", message, ...(timeUp.stack ? { details: timeUp.stack.stack } : {}) };
  }
  if (ending.kind === "memory") {
    return { code: "OUT_OF_MEMORY", message: `The task needed more than ${memoryMegabytes} MiB.` };
  }
  const details = lastWords(ending);
  const message = `The task's process ended: ${inWords(ending)}.`;
  return { code: "TASK_CRASHED", message, ...(details ? { details } : {}) };
}

export function tryFailure(ending: Ending, timeUp: TimeUp | null, memoryMegabytes: number): Problem {
  if (timeUp !== null) {
    const message = `The trial did not end in time; look for an endless loop${placeOf(timeUp)}.`;
    return new Problem("TASK_TIMED_OUT", message, withStack(timeUp));
  }
  if (ending.kind === "memory")
    return new Problem("OUT_OF_MEMORY", `The trial needed more than ${memoryMegabytes} MiB.`);
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
    return new Problem("OUT_OF_MEMORY", `Loading the artifact needed more than ${memoryMegabytes} MiB.`);
  }
  return new Problem("ARTIFACT_INVALID", `Loading the artifact ended its process: ${inWords(ending)}.`);
}

function placeOf({ stack }: TimeUp): string {
  return stack?.place ? `: the handler was in ${stack.place}` : "";
}

function withStack({ stack }: TimeUp) {
  return stack ? { details: { stack: stack.stack } } : {};
}

function inWords(ending: Ending): string {
  if (ending.kind === "memory") return "out of memory";
  if (ending.kind === "killed") return "it was ended by the worker";
  return ending.signal === null ? `exit code ${ending.code}` : `signal ${ending.signal}`;
}

function lastWords(ending: Ending): string | undefined {
  return ending.kind === "exit" ? ending.lastWords : undefined;
}
