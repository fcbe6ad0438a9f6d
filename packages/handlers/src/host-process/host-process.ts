import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Writable } from "node:stream";
import { Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";
import { askStack, type HandlerStack, type StackQuestion } from "./ask-stack.ts";
import { encodeFrame, type Frame, FrameReader } from "./frames.ts";

/** A host sends answers of one batch; a document may be as large as a record (64 MiB) and is escaped in JSON. */
const frameBytesMax = 1024 * 1024 * 1024;

export interface HostCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Such as "Python", for messages. */
  readonly language: string;
  /** What to install when the command is not there. */
  readonly installation: string;
  /** Beside this process's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The artifact's folder, as in a Lambda function, which the handler may not write to; else one it may. */
  readonly workingDir: string;
  /** Default: by a byte on descriptor 4. */
  readonly stackQuestion?: StackQuestion;
  /** Reads where customer code was when the process died by itself, from what the language's runtime wrote then. */
  readonly readCrash?: (lastWords: LastWords) => HandlerStack | null;
}

/** Of a process that has ended. */
export interface LastWords {
  /** On the descriptor on which it tells where customer code is. */
  readonly reports: string;
  /** In the pipe, behind the last answer. */
  readonly output: string;
}

const reportsLengthMax = 64 * 1024;

type Message = Frame["message"];
/** Answers what the host asks while it works on a call: the records of a state machine. */
export type CallBack = (message: Message) => Promise<unknown>;

export interface Answer {
  readonly returned: unknown;
  readonly bytes: Buffer;
}

/** What customer code threw, as the host tells it. */
interface Thrown {
  readonly code: string;
  readonly message: string;
  readonly stack: string;
  /** Place in the batch of the record at which it happened. */
  readonly index?: number | null;
  /** It was the last thing the process did. */
  readonly endsProcess?: boolean;
}

/** A failure of customer code in a host; the caller says at which record. */
export class HostException extends Error {
  readonly thrown: Thrown;
  constructor(thrown: Thrown) {
    super(thrown.message);
    this.thrown = thrown;
  }
}

/**
 * A warm process that runs handlers of another language. It works on one call at a time, in the order of the calls, and may ask back
 * meanwhile. Whatever kills the process fails the calls under way with TASK_CRASHED.
 */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #language: string;
  readonly #stackQuestion: StackQuestion;
  #ended: Problem | null = null;
  /** Settles with all calls so far. */
  #answered: Promise<unknown> = Promise.resolve();
  /** Settles with those in which the host may ask back. */
  #conversed: Promise<unknown> = Promise.resolve();
  /** One for each frame sent: answers come in their order. */
  #awaiting: { resolve(frame: Frame): void; reject(reason: unknown): void }[] = [];

  constructor(hostCommand: HostCommand) {
    const { command, args, language, installation, environment = {}, workingDir } = hostCommand;
    this.#language = language;
    this.#stackQuestion = hostCommand.stackQuestion ?? {};
    // Its prints go where this process's own go: descriptor 3 to what is its standard output, descriptor 2 to standard error. In a
    // worker thread standard output has no descriptor of its own. On descriptor 4 it says where customer code is.
    const printsTo: number = process.stdout.fd ?? 1;
    this.#child = spawn(command, args, {
      stdio: ["pipe", "pipe", 2, printsTo, "pipe"],
      cwd: workingDir,
      env: { ...process.env, ...environment },
    });
    const reader = new FrameReader(frameBytesMax);
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      try {
        for (const frame of reader.take(chunk)) this.#receive(frame);
      } catch (error) {
        this.#end(new Problem("TASK_CRASHED", `The ${language} process sent something unreadable.`, { cause: error }));
        // It would go on with the batches in its pipe.
        this.#child.kill("SIGKILL");
      }
    });
    this.#child.stdin?.on("error", () => {});
    this.#child.stdio[4]?.on("error", () => {});
    this.#child.on("error", (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === "ENOENT" || error.code === "EACCES";
      this.#end(
        isMissing
          ? new Problem("NOT_AVAILABLE_LOCALLY", `${language} handlers need ${installation} on this machine.`)
          : new Problem("TASK_CRASHED", `The ${language} process could not be started: ${error.message}`),
      );
    });
    let reports = "";
    // Always, also while somebody who has asked reads it: what it says last may be its last words.
    this.#child.stdio[4]?.on("data", (chunk) => {
      reports = (reports + String(chunk)).slice(-reportsLengthMax);
    });
    this.#child.on("close", (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const crash = hostCommand.readCrash?.({ reports, output: reader.rest.toString("utf8") }) ?? null;
      const where = crash?.place ? `: the handler was in ${crash.place}` : "";
      const message = `The handler's ${language} process ended: ${how}${where}.`;
      this.#end(new Problem("TASK_CRASHED", message, crash ? { details: { stack: crash.stack } } : {}));
    });
  }

  get isAlive(): boolean {
    return this.#ended === null;
  }

  /**
   * Waits until it may be asked, if there is an `onCall`; else only its answer waits for the calls before it: the host finds it in the
   * pipe when it is done with them. Throws HostException for what customer code threw, Problem TASK_CRASHED when
   * the process is gone.
   */
  async call(message: Message, blob: readonly Uint8Array[] = [], onCall?: CallBack): Promise<unknown> {
    return (await this.callForBytes(message, blob, onCall)).returned;
  }

  /** The same with the raw bytes that came behind the answer. */
  callForBytes(message: Message, blob: readonly Uint8Array[] = [], onCall?: CallBack): Promise<Answer> {
    const before = onCall ? this.#answered : this.#conversed;
    const answered = before.then(() => this.#converse(message, blob, onCall));
    this.#answered = answered.catch(() => {});
    if (onCall) this.#conversed = this.#answered;
    return answered;
  }

  /** A call of `onCall`: the host serves it while it waits for the answer. */
  async callInside(message: Message, blob: readonly Uint8Array[] = []): Promise<unknown> {
    return (await this.#converse(message, blob, undefined)).returned;
  }

  async #converse(message: Message, blob: readonly Uint8Array[], onCall: CallBack | undefined): Promise<Answer> {
    let frame = await this.#exchange(message, blob);
    for (;;) {
      const { return: returned, throw: thrown } = frame.message;
      if (thrown !== undefined) {
        const told = thrown as Thrown;
        if (told.endsProcess) this.close();
        throw new HostException(told);
      }
      if (returned !== undefined) return { returned, bytes: frame.blob };
      frame = await this.#exchange(await answerTo(frame, onCall), []);
    }
  }

  /** Where customer code is right now, told within a second also in the middle of a call; null when it is nowhere or nothing is known. */
  async stack(): Promise<HandlerStack | null> {
    const channel = this.#child.stdio[4] as Duplex | null | undefined;
    if (this.#ended !== null || !channel) return null;
    const { signal } = this.#stackQuestion;
    const ask = () => (signal === undefined ? channel.write("?") : this.#child.kill(signal));
    return askStack(channel, ask, this.#stackQuestion);
  }

  /** Kills it, also in the middle of a call. Idempotent. */
  close(): void {
    this.#child.kill("SIGKILL");
    this.#end(new Problem("TASK_CRASHED", `The ${this.#language} process was ended.`));
  }

  #exchange(message: Message, blob: readonly Uint8Array[]): Promise<Frame> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      // What cannot be encoded is not sent, and nobody may wait in its place.
      const parts = encodeFrame(message, blob);
      this.#awaiting.push({ resolve, reject });
      const stdin = this.#child.stdin as Writable;
      stdin.cork();
      for (const part of parts) stdin.write(part);
      stdin.uncork();
    });
  }

  #receive(frame: Frame): void {
    this.#awaiting.shift()?.resolve(frame);
  }

  #end(problem: Problem): void {
    this.#ended ??= problem;
    for (const awaiting of this.#awaiting.splice(0)) awaiting.reject(this.#ended);
  }
}

async function answerTo({ message }: Frame, onCall: CallBack | undefined): Promise<Message> {
  try {
    if (!onCall) throw new Problem("INTERNAL", `The host asked ${String(message.op)} out of turn.`);
    return { return: (await onCall(message)) ?? null };
  } catch (thrown) {
    return { throw: { message: thrown instanceof Error ? thrown.message : String(thrown) } };
  }
}

const hostCodes = new Set<string>([
  "HANDLER_EXCEPTION",
  "OUT_OF_MEMORY",
  "ARTIFACT_INVALID",
  "NOT_AVAILABLE_LOCALLY",
] satisfies ProblemCode[]);

/** What customer code threw, as a task error: `where` is told for exceptions only. */
export function asHandlerProblem(thrown: unknown, method: string, where: string): unknown {
  if (!(thrown instanceof HostException)) return thrown;
  const { code, message, stack } = thrown.thrown;
  const known = (hostCodes.has(code) ? code : "ARTIFACT_INVALID") as ProblemCode;
  const text = known === "HANDLER_EXCEPTION" ? `${method} threw ${where}: ${message}` : message;
  return new Problem(known, text, { details: { stack } });
}
