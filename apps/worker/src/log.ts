import { asProblem } from "@letsdata/plugin-kit/problems";

export interface Log {
  info(message: string): void;
  warn(message: string, error?: unknown): void;
  error(message: string, error?: unknown): void;
}

/** One JSON line an event on standard output; of an error its code, message and details, never a record body. */
export function createLog(workerId: string, write: (line: string) => void = (line) => console.log(line)): Log {
  const emit = (level: string, message: string, error?: unknown) => {
    const problem = error === undefined ? undefined : asProblem(error);
    write(
      JSON.stringify({
        ts: Date.now(),
        lvl: level,
        msg: message,
        workerId,
        ...(problem ? { code: problem.code, error: problem.message, details: problem.details } : {}),
      }),
    );
  };
  return {
    info: (message) => emit("INFO", message),
    warn: (message, error) => emit("WARN", message, error),
    error: (message, error) => emit("ERROR", message, error),
  };
}
