import { writeSync } from "node:fs";
import { Writable } from "node:stream";
import { format } from "node:util";
import { logLineMark, type TaskLogLevel, type TaskLogLine } from "../task-protocol.ts";
import { LogBudget, lineBytesMax } from "./log-budget.ts";

export interface ChildConsole {
  log(level: TaskLogLine["level"], message: string): void;
  /** Lines less severe than `leastLevel` are left out from here on. */
  restart(leastLevel?: TaskLogLevel): void;
  /** Says how many lines were left out, if any. */
  finish(): void;
}

/**
 * Makes everything customer code prints a log line of the task. Lines are written synchronously, so that the last words of a process
 * that is killed or runs out of memory arrive; what is over the budget is dropped here, before it costs anything.
 */
export function captureConsole(): ChildConsole {
  const budget = new LogBudget();
  const emit = (line: TaskLogLine): void => {
    const text = `${logLineMark}${JSON.stringify(line)}\n`;
    budget.spend(text.length);
    try {
      writeSync(1, text);
    } catch {
      budget.drop(1);
    }
  };
  const log = (level: TaskLogLine["level"], makeMessage: () => string): void => {
    if (!budget.wants(level) || !budget.admits()) return;
    const message = cut(makeMessage());
    const dropped = budget.takeDropped();
    emit({ time: Date.now(), level, message, ...(dropped > 0 ? { dropped } : {}) });
  };
  const levels = { debug: "DEBUG", trace: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" } as const;
  for (const [method, level] of Object.entries(levels)) {
    Object.defineProperty(console, method, {
      value: (...values: readonly unknown[]) => log(level, () => format(...values)),
    });
  }
  replaceStream("stdout", (text) => log("INFO", () => text));
  replaceStream("stderr", (text) => log("WARN", () => text));
  return {
    log: (level, message) => log(level, () => message),
    restart: (leastLevel) => budget.restart(leastLevel),
    finish: () => {
      const dropped = budget.takeDropped();
      if (dropped > 0) {
        emit({ time: Date.now(), level: "WARN", message: `${dropped} log lines were left out: too many.`, dropped });
      }
    },
  };
}

function replaceStream(name: "stdout" | "stderr", print: (line: string) => void): void {
  let rest = "";
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = rest + (typeof chunk === "string" ? chunk : chunk.toString("utf8"));
      const lines = text.split("\n");
      rest = (lines.pop() ?? "").slice(0, lineBytesMax);
      for (const line of lines) print(line);
      done();
    },
  });
  Object.defineProperty(process, name, { value: stream, configurable: false });
}

function cut(text: string): string {
  return text.length > lineBytesMax ? `${text.slice(0, lineBytesMax)}… (cut)` : text;
}
