import { Problem } from "@letsdata/plugin-kit/problems";
import { describeThrown } from "./describe-thrown.ts";

/** What customer code threw, as a task error with the handler's own stack trace. */
export function handlerException(method: string, where: string, thrown: unknown): Problem {
  const { text, stack } = describeThrown(thrown);
  return new Problem("HANDLER_EXCEPTION", `${method} threw ${where}: ${text}`, { details: { stack } });
}
