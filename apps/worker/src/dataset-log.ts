import { hostname, userInfo } from "node:os";
import { type LogFields, type LogLevel, logLevels, type NewLogLine } from "@letsdata/database/stores/log-store";
import type { LogLines } from "./log-lines.ts";

/** Lines longer than this are cut, as those of handlers are. */
const messageCharactersMax = 8 * 1024;

const leftOutMessage = "Output was left out: more was printed than could be stored in time.";

const fields: LogFields = { hnm: hostname(), ...userName() };

export interface DatasetLogScope {
  readonly datasetId: string;
  readonly taskId: string | null;
  readonly attempt: number | null;
  /** Less severe lines are left out. */
  readonly leastLevel: LogLevel;
}
export interface SaidLine {
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  /** Lines that were left out before this one. */
  readonly dropped?: number;
}

/**
 * What people read in a dataset's log. Resolves when the lines are stored, or dropped: they are worth less than the work, which need not wait.
 * What handlers print beyond the room for waiting lines is left out, and the next line says how much.
 */
export function createDatasetLog(logLines: LogLines, scope: DatasetLogScope) {
  const { leastLevel, ...place } = scope;
  let leftOut = 0;
  const isKept = ({ level }: SaidLine) => logLevels[level] >= logLevels[leastLevel];
  const take = (source: NewLogLine["source"], { time, level, message, dropped = 0 }: SaidLine) => {
    const before = leftOut + dropped;
    leftOut = 0;
    const text = before > 0 ? `[${before} lines left out] ${message}` : message;
    logLines.take({ ...place, time, level, source, message: shortened(text), fields });
  };
  const takePrinted = (line: SaidLine) => {
    if (logLines.hasRoomFor(line.message)) take("HANDLER", line);
    else leftOut += 1 + (line.dropped ?? 0);
  };
  return (source: NewLogLine["source"], lines: readonly SaidLine[]): Promise<void> => {
    const kept = lines.filter(isKept);
    if (source === "HANDLER") for (const line of kept) takePrinted(line);
    else {
      // Those of the engine are few. What it says is nothing that lines were left out of.
      const told = { time: Date.now(), level: "WARN", message: leftOutMessage } as const;
      if (leftOut > 0 && kept.length > 0 && isKept(told)) take("HANDLER", told);
      for (const line of kept) take(source, line);
    }
    return logLines.stored();
  };
}
export type DatasetLog = ReturnType<typeof createDatasetLog>;

/** A container may run as a number that has no name. */
function userName(): Pick<LogFields, "unm"> {
  try {
    return { unm: userInfo().username };
  } catch {
    return {};
  }
}

function shortened(text: string): string {
  return text.length > messageCharactersMax ? `${text.slice(0, messageCharactersMax)}… (cut)` : text;
}
