import type { HandlerStack } from "@letsdata/handlers/host-process/ask-stack";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { Credentials } from "@letsdata/plugin-kit/connector";
import { asProblem } from "@letsdata/plugin-kit/problems";
import {
  type CredentialsPurpose,
  type DescribeRequest,
  type FromChild,
  fromProblemMessage,
  protocolVersion,
  type RequestKind,
  type Requests,
  type TaskAssignment,
  type TaskCheckpointUpdate,
  type TaskLogLevel,
  type TaskOutcome,
  type ToChild,
  toProblemMessage,
} from "../task-protocol.ts";
import type { Trial, TrialRequest } from "../trial.ts";
import { captureConsole } from "./child-console.ts";
import { closeEscapes } from "./close-escapes.ts";

/** What a task may ask its worker for. Rejections are Problems, such as LEASE_LOST. */
export interface TaskChannel {
  saveCheckpoint(update: TaskCheckpointUpdate): Promise<void>;
  credentials(purpose: CredentialsPurpose): Promise<Credentials>;
  confirmLease(): Promise<void>;
  log(level: TaskLogLevel, message: string): void;
  /** Aborts with reason "stopped" or "rerun": drain and end. */
  readonly stop: AbortSignal;
  readonly lost: AbortSignal;
}

export interface TaskServer {
  run(assignment: TaskAssignment, channel: TaskChannel): Promise<TaskOutcome>;
  describe(request: DescribeRequest): Promise<HandlerDescription>;
  /** Never rejects: what goes wrong is part of the trial. */
  tryOut(request: TrialRequest, channel: TaskChannel): Promise<Trial>;
  /** Where customer code that runs beside this process is right now; null when it is nowhere or nothing is known. Never rejects. */
  handlerStack(): Promise<HandlerStack | null>;
}

/**
 * The child's side: answers `run` and `describe` until the worker goes. Call it before any customer code is loaded: it takes the
 * channel, the console and what could reach other processes out of that code's sight.
 */
export function serveTasks(server: TaskServer): void {
  // `send` goes through `_send`, which closeEscapes takes away from customer code too.
  const send = (process as unknown as { _send?: (message: FromChild) => void })._send?.bind(process);
  if (send === undefined) throw new Error("This program is started by a worker.");
  const print = captureConsole();
  // Without its worker this process holds no lease any more: it must not write another byte.
  const kill = process.kill.bind(process);
  process.on("disconnect", () => kill(process.pid, "SIGKILL"));
  const tell = (message: FromChild): void => {
    send(message);
  };
  const requests = openRequests(tell);
  let stop = new AbortController();
  let lost = new AbortController();

  const openChannel = (leastLogLevel?: TaskLogLevel): TaskChannel => {
    stop = new AbortController();
    lost = new AbortController();
    print.restart(leastLogLevel);
    return {
      saveCheckpoint: async (update) => {
        await requests.ask("checkpoint", update);
      },
      credentials: (purpose) => requests.ask("credentials", purpose),
      confirmLease: async () => {
        await requests.ask("confirmLease", null);
      },
      log: print.log,
      stop: stop.signal,
      lost: lost.signal,
    };
  };

  const run = async (assignment: TaskAssignment): Promise<void> => {
    const channel = openChannel(assignment.leastLogLevel);
    const outcome = await server.run(assignment, channel).catch((thrown: unknown): TaskOutcome => {
      const problem = asProblem(thrown);
      const details = detailsOf(problem.details);
      return {
        kind: "failed",
        counts: assignment.resumeFrom?.counts ?? noCounts,
        error: { code: problem.code, message: problem.message, ...(details === undefined ? {} : { details }) },
      };
    });
    print.finish();
    tell({ type: "finished", outcome });
  };

  const tryOut = async (request: TrialRequest): Promise<void> => {
    const trial = await server.tryOut(request, openChannel());
    print.finish();
    tell({ type: "tried", trial });
  };

  const describe = async (request: DescribeRequest): Promise<void> => {
    try {
      tell({ type: "described", description: await server.describe(request) });
    } catch (thrown) {
      tell({ type: "notDescribed", problem: toProblemMessage(asProblem(thrown)) });
    }
  };

  process.on("message", (raw) => {
    const message = raw as ToChild;
    switch (message.type) {
      case "run":
        void run(message.assignment);
        break;
      case "describe":
        void describe(message.request);
        break;
      case "try":
        void tryOut(message.request);
        break;
      case "stack":
        void server.handlerStack().then((stack) => tell({ type: "stack", stack }));
        break;
      case "stop":
        stop.abort(message.reason);
        break;
      case "lost":
        lost.abort();
        break;
      case "reply":
        requests.answered(message.id, message.value);
        break;
      case "refused":
        requests.refused(message.id, fromProblemMessage(message.problem));
        break;
    }
  });
  closeEscapes();
  tell({ type: "ready", protocol: protocolVersion });
}

const noCounts = {
  recordsRead: 0,
  documentsWritten: 0,
  recordsSkipped: 0,
  recordsErrored: 0,
  bytesRead: 0,
  bytesWritten: 0,
};

function detailsOf(details: Readonly<Record<string, unknown>>): string | undefined {
  const text = details.stack ?? details.thrown;
  return typeof text === "string" && text !== "" ? text : undefined;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

function openRequests(tell: (message: FromChild) => void) {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const settle = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };
  return {
    ask<K extends RequestKind>(kind: K, ask: Requests[K]["ask"]): Promise<Requests[K]["answer"]> {
      return new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        tell({ type: "request", id, kind, ask });
      });
    },
    answered: (id: number, value: unknown) => settle(id)?.resolve(value as never),
    refused: (id: number, reason: unknown) => settle(id)?.reject(reason),
  };
}
