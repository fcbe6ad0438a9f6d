import { StringDecoder } from "node:string_decoder";
import { logLineMark, type TaskLogLevel, type TaskLogLine, taskLogLevels } from "../task-protocol.ts";
import { LogBudget, lineBytesMax } from "./log-budget.ts";

const keptForDiagnosis = 4 * 1024;
/** The level stands in front of the message. */
const markedLevel = /^[^"]*"time": ?\d+, ?"level": ?"(DEBUG|INFO|WARN|ERROR)"/;

/** Turns the bytes a task process prints into bounded log lines. Never waits: the process must not block on a full pipe. */
export class LogCollector {
  readonly #level: TaskLogLine["level"];
  readonly #emit: (lines: readonly TaskLogLine[]) => void;
  readonly #budget = new LogBudget();
  /** A chunk may end within a character. */
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #lineCut = false;
  /** One character for each byte. */
  #tail = "";

  constructor(level: TaskLogLine["level"], emit: (lines: readonly TaskLogLine[]) => void) {
    this.#level = level;
    this.#emit = emit;
  }

  /** The last bytes printed, to tell why a process ended. */
  get tail(): string {
    return Buffer.from(this.#tail, "latin1").toString("utf8");
  }

  take(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString("latin1")).slice(-keptForDiagnosis);
    const lines: TaskLogLine[] = [];
    let at = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, at)) {
      this.#append(chunk.subarray(at, end));
      at = end + 1;
      if (!this.#budget.wants(this.#levelOf(this.#rest))) {
        this.#takeRest();
      } else if (this.#budget.admits()) {
        this.#push(lines);
      } else {
        // Over the budget the rest of the chunk goes unread: looking for lines in it would cost more than it is worth.
        at = chunk.lastIndexOf(10) + 1;
        this.#takeRest();
        break;
      }
    }
    this.#append(chunk.subarray(at));
    if (lines.length > 0) this.#emit(lines);
  }

  finish(): void {
    const lines: TaskLogLine[] = [];
    if (!this.#budget.wants(this.#levelOf(this.#rest))) this.#takeRest();
    else if (this.#rest !== "") this.#push(lines);
    const dropped = this.#budget.takeDropped();
    if (dropped > 0) {
      const message = "Output was left out: the task printed too much.";
      lines.push({ time: Date.now(), level: "WARN", message, dropped });
    }
    if (lines.length > 0) this.#emit(lines);
  }

  restart(leastLevel?: TaskLogLevel): void {
    this.#tail = "";
    this.#budget.restart(leastLevel);
  }

  /** Without reading the whole line: most of those that nobody wants are marked ones. */
  #levelOf(text: string): TaskLogLevel {
    return text.startsWith(logLineMark) ? ((markedLevel.exec(text)?.[1] as TaskLogLevel) ?? this.#level) : this.#level;
  }

  #takeRest(): { readonly text: string; readonly wasCut: boolean } {
    const taken = { text: this.#rest + this.#decoder.end(), wasCut: this.#lineCut };
    this.#rest = "";
    this.#lineCut = false;
    return taken;
  }

  #append(part: Buffer): void {
    // A marked line is the child's own and bounded there; JSON may make it longer than its text.
    const room = lineBytesMax * 8 - this.#rest.length;
    if (part.length > room) this.#lineCut = true;
    if (room > 0 && part.length > 0) this.#rest += this.#decoder.write(part.subarray(0, room));
  }

  #push(lines: TaskLogLine[]): void {
    const { text, wasCut } = this.#takeRest();
    if (text === "") return;
    this.#budget.spend(text.length);
    const dropped = this.#budget.takeDropped();
    const line = ownLine(text) ?? { time: Date.now(), level: this.#level, message: shortened(text, wasCut) };
    lines.push(dropped > 0 ? { ...line, dropped: (line.dropped ?? 0) + dropped } : line);
  }
}

function ownLine(text: string): TaskLogLine | null {
  if (!text.startsWith(logLineMark)) return null;
  try {
    const { time, level, message, dropped } = JSON.parse(text.slice(logLineMark.length)) as TaskLogLine;
    if (typeof message !== "string" || !taskLogLevels.includes(level)) return null;
    return { time: Number(time) || Date.now(), level, message, ...(typeof dropped === "number" ? { dropped } : {}) };
  } catch {
    return null;
  }
}

function shortened(text: string, wasCut: boolean): string {
  return wasCut || text.length > lineBytesMax ? `${text.slice(0, lineBytesMax)}… (cut)` : text;
}
