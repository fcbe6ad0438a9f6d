import { type TaskLogLevel, taskLogLevels } from "../task-protocol.ts";

export interface LogBudgetLimits {
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly linesInTotal: number;
}

export const lineBytesMax = 8 * 1024;
export const defaultLogBudget: LogBudgetLimits = {
  linesPerSecond: 500,
  bytesPerSecond: 512 * 1024,
  linesInTotal: 20_000,
};

/** Decides which lines of a process are kept, so that one that prints without end fills nothing. */
export class LogBudget {
  readonly #limits: LogBudgetLimits;
  readonly #monotonic: () => number;
  #second = -1;
  #lines = 0;
  #bytes = 0;
  #total = 0;
  #dropped = 0;
  #leastLevel: TaskLogLevel = "DEBUG";

  constructor(limits: LogBudgetLimits = defaultLogBudget, monotonic: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#monotonic = monotonic;
  }

  /** Whether anybody wants lines of the level; others are left out and count for nothing. */
  wants(level: TaskLogLevel): boolean {
    return taskLogLevels.indexOf(level) >= taskLogLevels.indexOf(this.#leastLevel);
  }

  /** Whether another line fits now; one that does not is counted as dropped. */
  admits(): boolean {
    const second = Math.floor(this.#monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#lines = 0;
      this.#bytes = 0;
    }
    const { linesPerSecond, bytesPerSecond, linesInTotal } = this.#limits;
    if (this.#lines < linesPerSecond && this.#bytes < bytesPerSecond && this.#total < linesInTotal) return true;
    this.#dropped++;
    return false;
  }

  spend(bytes: number): void {
    this.#lines++;
    this.#total++;
    this.#bytes += bytes;
  }

  drop(lines: number): void {
    this.#dropped += lines;
  }

  /** Lines dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** A new attempt starts with a full budget. */
  restart(leastLevel: TaskLogLevel = "DEBUG"): void {
    this.#leastLevel = leastLevel;
    this.#total = 0;
    this.#dropped = 0;
  }
}
