import type { NewLogLine } from "@letsdata/database/stores/log-store";
import { asProblem } from "@letsdata/plugin-kit/problems";
import type { Log } from "./log.ts";

/** Of one insert: it holds its connection for milliseconds. */
const GROUP_LINES_MAX = 1_000;
const GROUP_CHARACTERS_MAX = 1024 * 1024;
/** What may wait for the database, of all attempts of a worker together. */
const WAITING_CHARACTERS_MAX = 16 * 1024 * 1024;
/** An empty line takes memory, too. */
const LINE_CHARACTERS = 256;

interface Asked {
  /** Of all lines that were ever taken. */
  readonly upTo: number;
  resolve(): void;
}

/**
 * All log lines of a worker on their way into the database: one insert at a time, of all that came meanwhile, in their order. So however much
 * handlers print, one connection is taken from checkpoints, ends and claims. Lines that cannot be stored are said and dropped.
 */
export class LogLines {
  readonly #store: (lines: readonly NewLogLine[]) => Promise<void>;
  readonly #log: Log;
  readonly #waiting: NewLogLine[] = [];
  readonly #asked: Asked[] = [];
  #characters = 0;
  #taken = 0;
  #done = 0;
  #isStoring = false;

  constructor(store: (lines: readonly NewLogLine[]) => Promise<void>, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Whether a line of that text may wait here, too. */
  hasRoomFor(message: string): boolean {
    return this.#characters + sizeOf(message) <= WAITING_CHARACTERS_MAX;
  }

  /** Takes the line whether there is room or not. */
  take(line: NewLogLine): void {
    this.#waiting.push(line);
    this.#characters += sizeOf(line.message);
    this.#taken += 1;
    if (this.#isStoring) return;
    this.#isStoring = true;
    // Lines of the same moment go together.
    queueMicrotask(() => void this.#storeAll());
  }

  /** Resolves when every line that was taken before is stored or dropped. */
  stored(): Promise<void> {
    if (this.#done === this.#taken) return Promise.resolve();
    return new Promise((resolve) => void this.#asked.push({ upTo: this.#taken, resolve }));
  }

  async #storeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      await this.#storeGroup(group);
      this.#done += group.length;
      while (this.#asked[0] && this.#asked[0].upTo <= this.#done) this.#asked.shift()?.resolve();
    }
    this.#isStoring = false;
  }

  #nextGroup(): readonly NewLogLine[] {
    let characters = 0;
    let lines = 0;
    for (const { message } of this.#waiting) {
      if (lines === GROUP_LINES_MAX || (lines > 0 && characters + sizeOf(message) > GROUP_CHARACTERS_MAX)) break;
      characters += sizeOf(message);
      lines += 1;
    }
    this.#characters -= characters;
    return this.#waiting.splice(0, lines);
  }

  async #storeGroup(group: readonly NewLogLine[]): Promise<void> {
    try {
      await this.#store(group);
    } catch (error) {
      const datasets = Map.groupBy(group, ({ datasetId }) => datasetId);
      if (datasets.size > 1 && asProblem(error).code !== "DATABASE_UNAVAILABLE") {
        // What the database cannot take of one dataset is no loss of the others.
        for (const lines of datasets.values()) await this.#storeGroup(lines);
        return;
      }
      const whose = datasets.size > 1 ? `${datasets.size} datasets` : `dataset ${group[0]?.datasetId}`;
      this.#log.warn(`${group.length} log lines of ${whose} could not be stored`, error);
    }
  }
}

function sizeOf(message: string): number {
  return message.length + LINE_CHARACTERS;
}
