import { hostname, userInfo } from "node:os";
import type { Database } from "@letsdata/database/database";
import {
  appendLogLines,
  type LogFields,
  type LogLevel,
  logLevels,
  type NewLogLine,
} from "@letsdata/database/stores/log-store";
import type { Log } from "./log.ts";

/** Lines longer than this are cut, as those of handlers are. */
const messageCharactersMax = 8 * 1024;

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
}

/** What people read in a dataset's log. Lines are worth less than the work: one that cannot be stored is said and dropped. */
export function createDatasetLog(database: Database, log: Log, scope: DatasetLogScope) {
  const { leastLevel, ...place } = scope;
  return (source: NewLogLine["source"], lines: readonly SaidLine[]): Promise<void> => {
    const kept = lines
      .filter(({ level }) => logLevels[level] >= logLevels[leastLevel])
      .map(({ time, level, message }) => ({ ...place, time, level, source, message: shortened(message), fields }));
    return appendLogLines(database, kept).catch((error: unknown) => {
      log.warn(`${kept.length} log lines of dataset ${place.datasetId} could not be stored`, error);
    });
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
