import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { Credentials } from "@letsdata/plugin-kit/connector";
import { machineTrouble } from "@letsdata/plugin-kit/machine-trouble";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import {
  type CredentialsPurpose,
  type DescribeRequest,
  type FromChild,
  fromProblemMessage,
  type TaskAssignment,
  type TaskCheckpointUpdate,
  type TaskCounts,
  type TaskLogLine,
  type TaskOutcome,
  toProblemMessage,
} from "../task-protocol.ts";
import type { Trial, TrialRequest } from "../trial.ts";
import { describeFailure, runFailure, type TimeUp, tryFailure, withLastWords } from "./ending-problems.ts";
import { endSession } from "./process-session.ts";
import { watchTimeTaken } from "./process-time.ts";
import { startReaper } from "./reaper.ts";
import { type Ending, TaskProcess } from "./task-process.ts";

/** How long a trial that is ended may take to give back what it took. */
const TRIAL_GRACE_MS = 3_000;

export interface PoolOptions {
  /** Program of the child processes: calls `serveTasks`. */
  readonly entry: string;
  /** Folders that program is read from. */
  readonly programFolders: readonly string[];
  /** Prepared file of that program (`prepareProgram`), asked before each start; null or absent = there is none yet. */
  readonly preparedProgram?: () => string | null;
  /** Live processes at most, busy and warm; more runs wait for one. */
  readonly maxProcesses: number;
  /** A warm process nobody used for this long ends. Default 300. */
  readonly idleSeconds?: number;
}

export interface RunRequest {
  /** Processes are reused under one key only: dataset and code version. What a process once loaded stays in it. */
  readonly key: string;
  /** Unpacked artifact: the only folder beside the program the process can read. */
  readonly artifactDir: string;
  readonly assignment: TaskAssignment;
  readonly memoryMegabytes: number;
  /** Hard limit of the attempt: then the process is killed, at most 1.5 s later. */
  readonly timeoutSeconds: number;
  /** Rejects with Problem LEASE_LOST when another worker has the task. */
  readonly onCheckpoint: (update: TaskCheckpointUpdate) => Promise<void>;
  readonly onCredentials: (purpose: CredentialsPurpose) => Promise<Credentials>;
  /** Absent: the lease is taken as held. */
  readonly onConfirmLease?: () => Promise<void>;
  readonly onLog: (lines: readonly TaskLogLine[]) => void;
  /** Abort with reason "stopped" or "rerun": the attempt drains to a checkpoint. */
  readonly signalStop?: AbortSignal;
  /** Abort when the lease is lost: the process is killed at once, so that it cannot write any more. */
  readonly signalLost?: AbortSignal;
}

export interface TryRequest extends TrialRequest {
  /** Unpacked artifact: the only folder beside the program the process can read. */
  readonly artifactDir: string;
  readonly memoryMegabytes: number;
  readonly onCredentials: (purpose: CredentialsPurpose) => Promise<Credentials>;
  readonly onLog: (lines: readonly TaskLogLine[]) => void;
  /** Aborted: nobody waits for the trial any more, or its time is up. The process may give back what it took, then it is killed. */
  readonly signal: AbortSignal;
}

export interface TaskProcessPool {
  /**
   * One attempt in a child process. Never rejects: whatever happens to the process is an outcome. A process that may still write (of a
   * Spark step, of an attempt without its lease or with a write that did not end) is not reused: the outcome comes when it is gone.
   */
  run(request: RunRequest): Promise<TaskOutcome>;
  /**
   * Loads an artifact in a sandboxed process of its own. Throws Problem ARTIFACT_INVALID, OUT_OF_MEMORY or what the handler's
   * language says. Defaults: 512 MiB, 20 s; three times as long where the machine has hardly let it to its processors.
   */
  describe(
    request: DescribeRequest & { readonly memoryMegabytes?: number; readonly timeoutSeconds?: number },
  ): Promise<HandlerDescription>;
  /**
   * Tries an assignment in a sandboxed process of its own. Throws Problem TASK_TIMED_OUT when `signal` aborts, OUT_OF_MEMORY or
   * TASK_CRASHED; what handler and source do wrong is part of the trial.
   */
  tryOut(request: TryRequest): Promise<Trial>;
  /** Processes alive, for tests and metrics. */
  processes(): readonly { readonly pid: number; readonly busy: boolean }[];
  /** Kills every process; runs end as `stopped`, with the counts of their last checkpoint. */
  close(): Promise<void>;
}

interface ProcessNeeds {
  readonly artifactDir: string;
  readonly memoryMegabytes: number;
  readonly language: HandlerDescription["language"];
}

interface Slot {
  readonly key: string;
  readonly process: TaskProcess;
  busy: boolean;
  idleSince: number;
}

const noCounts: TaskCounts = {
  recordsRead: 0,
  documentsWritten: 0,
  recordsSkipped: 0,
  recordsErrored: 0,
  bytesRead: 0,
  bytesWritten: 0,
};

/** Child processes kept warm and reused like Lambda containers. */
export function createTaskProcessPool(options: PoolOptions): TaskProcessPool {
  const slots = new Set<Slot>();
  const waiting: (() => void)[] = [];
  const reaper = startReaper();
  const idleMilliseconds = (options.idleSeconds ?? 300) * 1000;
  let closed = false;

  const sweep = setInterval(() => {
    for (const slot of slots) {
      if (!slot.busy && performance.now() - slot.idleSince > idleMilliseconds) slot.process.kill();
    }
  }, 1000);
  sweep.unref();

  const start = (key: string, needs: ProcessNeeds): Slot => {
    const { entry, programFolders } = options;
    const { language, ...place } = needs;
    const startsLanguageHost = language !== "JAVASCRIPT";
    const preparedProgram = options.preparedProgram?.() ?? null;
    const process = new TaskProcess({ entry, programFolders, preparedProgram, ...place, startsLanguageHost }, () => {
      slots.delete(slot);
      reaper.forget(process.pid);
      waiting.shift()?.();
    });
    const slot: Slot = { key, process, busy: true, idleSince: 0 };
    slots.add(slot);
    if (process.pid > 0) reaper.watch(process.pid);
    return slot;
  };

  const take = async (key: string, needs: ProcessNeeds): Promise<Slot> => {
    for (;;) {
      if (closed) throw new Problem("TASK_CRASHED", "The worker is shutting down.");
      const warm = [...slots].filter(({ busy, process }) => !busy && !process.isEnding);
      const match = warm.find((slot) => slot.key === key);
      if (match !== undefined) {
        match.busy = true;
        return match;
      }
      if (slots.size < options.maxProcesses) return start(key, needs);
      warm.sort((a, b) => a.idleSince - b.idleSince)[0]?.process.kill();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };

  const release = (slot: Slot): void => {
    slot.process.occupy(null);
    slot.busy = false;
    slot.idleSince = performance.now();
    waiting.shift()?.();
  };

  const run = async (request: RunRequest): Promise<TaskOutcome> => {
    const key = [request.key, request.memoryMegabytes, request.artifactDir].join("|");
    let counts = request.assignment.resumeFrom?.counts ?? noCounts;
    if (request.signalLost?.aborted) return { kind: "abandoned", counts };
    if (closed) return { kind: "stopped", counts };
    let slot: Slot;
    try {
      const { artifactDir, memoryMegabytes, assignment } = request;
      slot = await take(key, { artifactDir, memoryMegabytes, language: assignment.handler.language });
    } catch (thrown) {
      if (closed) return { kind: "stopped", counts };
      const { code, message } = machineTrouble(thrown) ?? asProblem(thrown, "TASK_CRASHED");
      return { kind: "failed", counts, error: { code, message } };
    }
    const { process } = slot;
    return await new Promise<TaskOutcome>((resolve) => {
      let told: TaskOutcome | null = null;
      let timeUp: TimeUp | null = null;
      let isLost = false;
      const onStop = () => {
        const reason = request.signalStop?.reason === "rerun" ? "rerun" : "stopped";
        process.send({ type: "stop", reason });
      };
      const onLost = () => {
        isLost = true;
        process.kill();
      };
      const limit = setTimeout(async () => {
        timeUp = { stack: null };
        timeUp = { stack: await process.handlerStack() };
        process.kill();
      }, request.timeoutSeconds * 1000);
      const finish = (outcome: TaskOutcome): void => {
        clearTimeout(limit);
        request.signalStop?.removeEventListener("abort", onStop);
        request.signalLost?.removeEventListener("abort", onLost);
        resolve(outcome);
      };
      const answer = async (id: number, work: () => Promise<unknown>): Promise<void> => {
        try {
          process.send({ type: "reply", id, value: (await work()) ?? null });
        } catch (thrown) {
          process.send({ type: "refused", id, problem: toProblemMessage(asProblem(thrown)) });
        }
      };
      const onMessage = (message: FromChild): void => {
        if (message.type === "finished") {
          process.flushLogs();
          const outcome = withLastWords(message.outcome, process.lastWords);
          // Neither a Spark step nor a write that goes on by itself may do so beside the next attempt.
          const goesOn = request.assignment.spark || outcome.kind === "abandoned" || outcome.mayStillWrite;
          if (goesOn || timeUp !== null) {
            told = outcome;
            process.kill();
          } else {
            release(slot);
            finish(outcome);
          }
        } else if (message.type === "request" && message.kind === "checkpoint") {
          const update = message.ask as TaskCheckpointUpdate;
          void answer(message.id, async () => {
            await request.onCheckpoint(update);
            counts = update.counts;
          });
        } else if (message.type === "request" && message.kind === "credentials") {
          void answer(message.id, () => request.onCredentials(message.ask as CredentialsPurpose));
        } else if (message.type === "request") {
          void answer(message.id, async () => request.onConfirmLease?.());
        }
      };
      const outcomeOf = (ending: Ending): TaskOutcome => {
        if (isLost) return { kind: "abandoned", counts };
        if (closed && ending.kind === "killed" && timeUp === null) return { kind: "stopped", counts };
        return { kind: "failed", counts, error: runFailure(ending, timeUp, request) };
      };
      const onEnd = (ending: Ending): void => {
        const outcome = told ?? outcomeOf(ending);
        // A step writes by itself: its JVM, or what else it started, must not do so beside the next attempt.
        if (request.assignment.spark) void endSession(process.pid).then(() => finish(outcome));
        else finish(outcome);
      };
      const { leastLogLevel } = request.assignment;
      process.occupy({ onMessage, onLog: request.onLog, onEnd, leastLogLevel });
      if (process.ended !== null) {
        onEnd(process.ended);
        return;
      }
      request.signalStop?.addEventListener("abort", onStop, { once: true });
      request.signalLost?.addEventListener("abort", onLost, { once: true });
      process.send({ type: "run", assignment: request.assignment });
      if (request.signalLost?.aborted) onLost();
      else if (request.signalStop?.aborted) onStop();
    });
  };

  const describe: TaskProcessPool["describe"] = async (request) => {
    const { memoryMegabytes = 512, timeoutSeconds = 20, ...question } = request;
    const key = `describe|${request.artifactDir}|${Math.random()}`;
    const { artifactDir, language } = request;
    const slot = await take(key, { artifactDir, memoryMegabytes, language });
    const { process } = slot;
    try {
      return await new Promise<HandlerDescription>((resolve, reject) => {
        let timeUp: TimeUp | null = null;
        const endWatch = watchTimeTaken(process.pid, timeoutSeconds, async () => {
          timeUp = { stack: await process.handlerStack() };
          process.kill();
        });
        const onEnd = (ending: Ending): void => {
          endWatch();
          reject(describeFailure(ending, timeUp, { timeoutSeconds, memoryMegabytes }));
        };
        const onMessage = (message: FromChild): void => {
          endWatch();
          if (message.type === "described") resolve(message.description);
          else if (message.type === "notDescribed") reject(fromProblemMessage(message.problem));
        };
        process.occupy({ onMessage, onLog: () => {}, onEnd });
        if (process.ended !== null) {
          onEnd(process.ended);
          return;
        }
        process.send({ type: "describe", request: question });
      });
    } finally {
      process.occupy(null);
      process.kill();
    }
  };

  const tryOut: TaskProcessPool["tryOut"] = async (request) => {
    const { artifactDir, memoryMegabytes, onCredentials, onLog, signal, ...trial } = request;
    const { language } = trial.assignment.handler;
    const slot = await take(`try|${artifactDir}|${Math.random()}`, { artifactDir, memoryMegabytes, language });
    const { process } = slot;
    let grace: NodeJS.Timeout | undefined;
    let timeUp: TimeUp | null = null;
    const end = async () => {
      timeUp = { stack: null };
      process.send({ type: "stop", reason: "stopped" });
      grace = setTimeout(() => process.kill(), TRIAL_GRACE_MS);
      timeUp = { stack: await process.handlerStack() };
    };
    signal.addEventListener("abort", end, { once: true });
    try {
      return await new Promise<Trial>((resolve, reject) => {
        const onMessage = (message: FromChild): void => {
          if (message.type === "tried") {
            process.flushLogs();
            resolve(message.trial);
          } else if (message.type === "request") {
            const { id, kind, ask } = message;
            onCredentialsOnly(kind, () => onCredentials(ask as CredentialsPurpose)).then(
              (value) => process.send({ type: "reply", id, value }),
              (thrown) => process.send({ type: "refused", id, problem: toProblemMessage(asProblem(thrown)) }),
            );
          }
        };
        const onEnd = (ending: Ending): void => reject(tryFailure(ending, timeUp, memoryMegabytes));
        process.occupy({ onMessage, onLog, onEnd });
        if (process.ended !== null) return onEnd(process.ended);
        process.send({ type: "try", request: trial });
        if (signal.aborted) void end();
      });
    } finally {
      clearTimeout(grace);
      signal.removeEventListener("abort", end);
      process.occupy(null);
      process.kill();
    }
  };

  return {
    run,
    describe,
    tryOut,
    processes: () => [...slots].map((slot) => ({ pid: slot.process.pid, busy: slot.busy })),
    async close() {
      closed = true;
      clearInterval(sweep);
      for (const wake of waiting.splice(0)) wake();
      const gone = [...slots].map(
        ({ process }) =>
          new Promise<void>((resolve) => {
            process.child.once("close", () => resolve());
            process.kill();
          }),
      );
      await Promise.all(gone);
      reaper.close();
    },
  };
}

/** A trial has neither checkpoints nor a lease to ask for. */
async function onCredentialsOnly(kind: string, work: () => Promise<Credentials>): Promise<Credentials> {
  if (kind === "credentials") return work();
  throw new Problem("INTERNAL", `A trial cannot ask for ${kind}.`);
}
