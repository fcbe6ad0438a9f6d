import { type ChildProcess, spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { HandlerStack } from "@letsdata/handlers/host-process/ask-stack";
import { sparkPlaces } from "../spark/places.ts";
import {
  type FromChild,
  protocolVersion,
  type TaskLogLevel,
  type TaskLogLine,
  type ToChild,
} from "../task-protocol.ts";
import { LogCollector } from "./log-collector.ts";
import { heapFlags, type MemoryPlan, memoryPlan, watchMemory } from "./memory-watch.ts";

export interface TaskProcessOptions {
  /** Program of the child: calls `serveTasks`. */
  readonly entry: string;
  /** Prepared file of that program, to start from (`prepareProgram`); null = from its sources. */
  readonly preparedProgram: string | null;
  /** Folders the program itself is read from; nothing else but the artifact can be read. */
  readonly programFolders: readonly string[];
  readonly artifactDir: string;
  readonly memoryMegabytes: number;
  /** Customer code runs in a language host this process starts, not in this process itself. */
  readonly startsLanguageHost: boolean;
}

/** Why a process is gone. */
export type Ending =
  | {
      readonly kind: "memory";
      /** Where customer code was then; null where that is not known. */
      readonly stack: HandlerStack | null;
    }
  | { readonly kind: "killed" }
  /** There never was a process. */
  | { readonly kind: "unstarted"; readonly error: Error }
  | {
      readonly kind: "exit";
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly lastWords: string;
    };

export interface Occupant {
  onMessage(message: FromChild): void;
  onLog(lines: readonly TaskLogLine[]): void;
  onEnd(ending: Ending): void;
  /** Of the lines it wants. Default: DEBUG. */
  readonly leastLogLevel?: TaskLogLevel | undefined;
}

const memoryPollMilliseconds = 100;
/** What takes memory goes on while it is asked where it is: for so long, and until it has taken so much more. */
const memoryPatienceMilliseconds = 800;
const memoryLentBytes = 256 * 1024 * 1024;
/** Output still in the pipe after a process ended is waited for this long. */
const closeGraceMilliseconds = 1000;

/** Its own process answers within a second, if it is let to a processor. */
const stackPatienceMilliseconds = 1500;

/** One sandboxed child process. It serves one occupant at a time. */
export class TaskProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  ended: Ending | null = null;
  #occupant: Occupant | null = null;
  #ready = false;
  #toSend: ToChild[] = [];
  #reason: Ending | null = null;
  #isOverMemory = false;
  readonly #out: LogCollector;
  readonly #err: LogCollector;
  readonly #onGone: () => void;
  readonly #startsLanguageHost: boolean;
  #takeStack: ((stack: HandlerStack | null) => void) | null = null;
  #stackAsked: Promise<HandlerStack | null> | null = null;

  constructor(options: TaskProcessOptions, onGone: () => void) {
    const plan = memoryPlan(options.memoryMegabytes);
    const artifactDir = realpathSync(options.artifactDir);
    this.#onGone = onGone;
    this.#startsLanguageHost = options.startsLanguageHost;
    this.child = spawn(process.execPath, [...nodeFlags(options, plan), ...program(options)], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...scrubbedEnvironment(),
        LETSDATA_MARKS_LOG_LINES: "1",
        LETSDATA_TASK_MEGABYTES: String(options.memoryMegabytes),
        LAMBDA_TASK_ROOT: artifactDir,
      },
      // As in a Lambda function: handlers open what they pack by relative paths. Nobody here may write to it.
      cwd: artifactDir,
      // A session of its own: Ctrl-C in a terminal reaches the worker, which lets its tasks drain.
      detached: true,
    });
    this.pid = this.child.pid ?? -1;
    const emit = (lines: readonly TaskLogLine[]) => this.#occupant?.onLog(lines);
    this.#out = new LogCollector("INFO", emit);
    this.#err = new LogCollector("WARN", emit);
    this.child.stdout?.on("data", (chunk: Buffer) => this.#out.take(chunk));
    this.child.stderr?.on("data", (chunk: Buffer) => this.#err.take(chunk));
    this.child.on("message", (message) => this.#receive(message as FromChild));
    this.child.on("error", () => {});
    this.#watchEnd();
    if (this.pid > 0) this.#watchMemory(plan.privateBytesMax);
  }

  occupy(occupant: Occupant | null): void {
    this.#occupant = occupant;
    this.#out.restart(occupant?.leastLogLevel);
    this.#err.restart(occupant?.leastLogLevel);
  }

  flushLogs(): void {
    this.#out.finish();
    this.#err.finish();
  }

  send(message: ToChild): void {
    if (!this.#ready) this.#toSend.push(message);
    else if (this.child.connected) this.child.send(message, () => {});
  }

  /**
   * Where customer code in a language host is right now, for a process that is to be killed; null when it is nowhere or the answer does not
   * come in time. JavaScript is not asked: an endless loop keeps the only thread that could answer.
   */
  handlerStack(patienceMilliseconds = stackPatienceMilliseconds): Promise<HandlerStack | null> {
    if (!this.#startsLanguageHost || this.#reason !== null || this.ended !== null) return Promise.resolve(null);
    // Time and memory can run out together: the second who asks gets the answer to the first.
    this.#stackAsked ??= new Promise<HandlerStack | null>((resolve) => {
      const limit = setTimeout(resolve, patienceMilliseconds, null);
      this.#takeStack = (stack) => {
        clearTimeout(limit);
        resolve(stack);
      };
      this.send({ type: "stack" });
    }).finally(() => {
      this.#stackAsked = null;
    });
    return this.#stackAsked;
  }

  /** True from the moment it is killed: it takes no more occupants. */
  get isEnding(): boolean {
    return this.#reason !== null || this.#isOverMemory || this.ended !== null;
  }

  /** What was printed last since the occupant came. */
  get lastWords(): string {
    return this.#err.tail || this.#out.tail;
  }

  kill(reason: Ending = { kind: "killed" }): void {
    this.#reason ??= reason;
    try {
      // The whole group: a language host in the middle of customer code would live on alone.
      if (this.pid > 0) process.kill(-this.pid, "SIGKILL");
    } catch {
      this.child.kill("SIGKILL");
    }
  }

  #receive(message: FromChild): void {
    if (message.type === "finished" || message.type === "tried") {
      // Its last words were written before and are in the pipe, which is read in this turn of the loop, too.
      setImmediate(() => this.#occupant?.onMessage(message));
    } else if (message.type === "stack") {
      this.#takeStack?.(message.stack);
    } else if (message.type !== "ready") {
      this.#occupant?.onMessage(message);
    } else if (message.protocol !== protocolVersion) {
      this.kill();
    } else {
      this.#ready = true;
      for (const waiting of this.#toSend.splice(0)) this.send(waiting);
    }
  }

  #watchEnd(): void {
    let code: number | null = null;
    let signal: NodeJS.Signals | null = null;
    const end = (): void => {
      if (this.ended !== null) return;
      const { lastWords } = this;
      const outOfHeap = signal === "SIGABRT" && /heap out of memory|Allocation failed|OOM/.test(lastWords);
      const exit: Ending = outOfHeap ? { kind: "memory", stack: null } : { kind: "exit", code, signal, lastWords };
      this.ended = this.#reason ?? exit;
      this.flushLogs();
      this.#takeStack?.(null);
      this.#onGone();
      this.#occupant?.onEnd(this.ended);
    };
    this.child.on("error", (error) => {
      if (this.child.pid !== undefined) return;
      this.#reason ??= { kind: "unstarted", error };
      end();
    });
    this.child.on("exit", (exitCode, exitSignal) => {
      code = exitCode;
      signal = exitSignal;
      setTimeout(end, closeGraceMilliseconds).unref();
    });
    this.child.on("close", end);
  }

  #watchMemory(bytesMax: number): void {
    watchMemory(this.pid, memoryPollMilliseconds, (bytes) => {
      if (this.ended !== null || this.child.exitCode !== null || this.child.signalCode !== null) return false;
      if (bytes > bytesMax) void this.#endForMemory(bytes + memoryLentBytes);
      return bytes <= bytesMax;
    });
  }

  async #endForMemory(bytesMax: number): Promise<void> {
    this.#isOverMemory = true;
    let isAsking = true;
    watchMemory(this.pid, memoryPollMilliseconds / 10, (bytes) => {
      if (bytes > bytesMax) this.kill({ kind: "memory", stack: null });
      return isAsking;
    });
    const patienceEnds = performance.now() + memoryPatienceMilliseconds;
    const stack = await this.handlerStack(memoryPatienceMilliseconds);
    // Customer code that is nowhere has ended: a Java handler, for want of memory, which the process is about to tell by itself.
    if (stack === null && this.#startsLanguageHost) await pause(Math.max(0, patienceEnds - performance.now()));
    isAsking = false;
    this.kill({ kind: "memory", stack });
  }
}

const starter = join(import.meta.dirname, "prepared-program/start-prepared.js");

function program({ entry, preparedProgram }: TaskProcessOptions): string[] {
  return [...(preparedProgram === null ? [] : [starter, preparedProgram]), realpathSync(entry)];
}

function nodeFlags(options: TaskProcessOptions, plan: MemoryPlan): string[] {
  const { programFolders, preparedProgram, artifactDir, startsLanguageHost } = options;
  const folders = [...programFolders, artifactDir].map((folder) => `${realpathSync(folder)}/*`);
  const readable = preparedProgram === null ? folders : [...folders, preparedProgram];
  return [
    "--permission",
    // In Node 24 `node:sqlite` opens and writes any file whatever the permission model says.
    "--no-experimental-sqlite",
    "--disable-warning=SecurityWarning",
    "--disable-warning=ExperimentalWarning",
    ...heapFlags(plan),
    ...(startsLanguageHost ? ["--allow-child-process"] : []),
    ...readable.map((path) => `--allow-fs-read=${path}`),
  ];
}

function scrubbedEnvironment(): Record<string, string> {
  const { PATH: path, TZ, LANG, LETSDATA_STAGE: LETS_DATA_STAGE = "Test" } = process.env;
  // A relative folder would be one of the artifact's: it could bring its own `python3`.
  const PATH = path?.split(delimiter).filter(isAbsolute).join(delimiter);
  const places = sparkPlaces.map((name) => [name, process.env[name]]);
  return Object.fromEntries(
    [...Object.entries({ PATH, TZ, LANG, LETS_DATA_STAGE }), ...places].filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
}
