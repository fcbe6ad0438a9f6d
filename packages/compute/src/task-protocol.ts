import type { HandlerStack } from "@letsdata/handlers/host-process/ask-stack";
import type { SparkArguments, SparkInterface } from "@letsdata/handlers/spark/spark-step";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { Credentials, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { ErrorFile } from "@letsdata/plugin-kit/error-sink";
import { Problem, type ProblemCode, type ProblemDetail, problemCatalogue } from "@letsdata/plugin-kit/problems";
import type { Position } from "@letsdata/plugin-kit/reader";
import type { Trial, TrialRequest } from "./trial.ts";

/** Worker and task process must speak the same version; a rolling update of one machine can mix them. */
export const protocolVersion = 1;

export interface TaskCounts {
  readonly recordsRead: number;
  readonly documentsWritten: number;
  readonly recordsSkipped: number;
  readonly recordsErrored: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export interface TaskMeasurement {
  readonly metric: string;
  readonly minute: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export interface TaskCheckpoint {
  readonly position: Position | null;
  readonly counts: TaskCounts;
}

/** What moves with a checkpoint; the same shape as the pipeline's CheckpointUpdate. */
export interface TaskCheckpointUpdate extends TaskCheckpoint {
  readonly errorFiles: readonly ErrorFile[];
  readonly measurements: readonly TaskMeasurement[];
}

/** The same shape as the pipeline's AttemptOutcome. */
export type TaskOutcome = { readonly measurements?: readonly TaskMeasurement[]; readonly mayStillWrite?: true } & (
  | { readonly kind: "completed" | "rerun" | "stopped" | "abandoned"; readonly counts: TaskCounts }
  | {
      readonly kind: "failed";
      readonly counts: TaskCounts;
      /** A code whose catalogue entry says `later` (TASK_TIMED_OUT, TASK_CRASHED) means: run again from the checkpoint. */
      readonly error: { readonly code: string; readonly message: string; readonly details?: string };
    }
);

/** `customer`: a session of the access grant role. `letsdata`: one narrowed to what the dataset owns here. */
export type ComponentPurpose = "customer" | "letsdata";
/** `sparkSecret`: a session that reads the secret of the attempt's Spark step and nothing else. */
export type CredentialsPurpose = ComponentPurpose | "sparkSecret";

/** One component as the task process opens it; credentials follow on request. */
export interface ComponentAssignment {
  /** Catalogue key, such as `S3`. */
  readonly destination: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly access: {
    readonly region: string;
    readonly accountId: string;
    /** Endpoint override; null = AWS. */
    readonly endpoint: string | null;
    readonly purpose: ComponentPurpose;
  };
}

/** A Spark step instead of reading, handling and writing: customer code does all of it in one call. */
export interface SparkAssignment {
  readonly interfaceName: SparkInterface;
  readonly arguments: SparkArguments;
  /** Folder of this attempt, the only one its process may write into; the worker removes it. */
  readonly scratchDir: string;
  /** Spark properties that hold unless the handler sets them itself. */
  readonly properties: Readonly<Record<string, string>>;
  readonly region: string;
  /** Endpoint override of the service that holds the secret; null = AWS. */
  readonly endpoint: string | null;
}

/** All a task process needs for one attempt, as JSON. */
export interface TaskAssignment {
  readonly task: TaskIdentity & { readonly codeVersion: number };
  readonly lease: { readonly workerId: string; readonly token: number };
  readonly resumeFrom: TaskCheckpoint | null;
  readonly reader: ComponentAssignment & { readonly definition: Readonly<Record<string, unknown>> };
  readonly writer: ComponentAssignment;
  readonly errorConnector: ComponentAssignment;
  readonly handler: {
    readonly language: HandlerDescription["language"];
    /** Unpacked artifact with its support modules. */
    readonly artifactDir: string;
    /** Such as `SingleFileParser`. */
    readonly interfaceName: string;
    /** `path/module#Class` from the configuration. */
    readonly implementation?: string | null;
  };
  /** Null where the compute engine calls no model. */
  readonly vectors?: VectorsAssignment | null;
  readonly recordErrorPolicy: "ArchiveAndContinue" | "FailTask";
  readonly limits: {
    readonly timeoutSeconds: number;
    readonly checkpointRecords?: number;
    readonly checkpointSeconds?: number;
    readonly flushSecondsMax?: number;
  };
  /** Less severe lines are left out where they are printed and use up nothing of the log's budget. Default: none are. */
  readonly leastLogLevel?: TaskLogLevel;
  readonly spark?: SparkAssignment;
}

/** Where the documents of a task get vectors, and the handler that says of what. */
export interface VectorsAssignment {
  readonly endpointName: string;
  readonly access: ComponentAssignment["access"];
  /** `path/module#Class`, or the class's full name in Java. */
  readonly implementation: string | null;
}

export interface DescribeRequest {
  readonly language: HandlerDescription["language"];
  readonly artifactDir: string;
  readonly interfaceName: string;
  readonly implementation?: string | null;
}

/** From the least severe one up. */
export const taskLogLevels = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
export type TaskLogLevel = (typeof taskLogLevels)[number];

export interface TaskLogLine {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly level: TaskLogLevel;
  readonly message: string;
  /** Lines left out before this one because the task printed too much. */
  readonly dropped?: number;
}

/** A question of the child the parent answers with the lease it holds. */
export interface Requests {
  readonly checkpoint: { readonly ask: TaskCheckpointUpdate; readonly answer: null };
  readonly credentials: { readonly ask: CredentialsPurpose; readonly answer: Credentials };
  readonly confirmLease: { readonly ask: null; readonly answer: null };
}
export type RequestKind = keyof Requests;

export type ToChild =
  | { readonly type: "run"; readonly assignment: TaskAssignment }
  | { readonly type: "describe"; readonly request: DescribeRequest }
  | { readonly type: "try"; readonly request: TrialRequest }
  | { readonly type: "stop"; readonly reason: "stopped" | "rerun" }
  | { readonly type: "lost" }
  | { readonly type: "stack" }
  | { readonly type: "reply"; readonly id: number; readonly value: unknown }
  | { readonly type: "refused"; readonly id: number; readonly problem: ProblemMessage };

export type FromChild =
  | { readonly type: "ready"; readonly protocol: number }
  | { readonly type: "request"; readonly id: number; readonly kind: RequestKind; readonly ask: unknown }
  | { readonly type: "finished"; readonly outcome: TaskOutcome }
  | { readonly type: "described"; readonly description: HandlerDescription }
  | { readonly type: "notDescribed"; readonly problem: ProblemMessage }
  | { readonly type: "tried"; readonly trial: Trial }
  | { readonly type: "stack"; readonly stack: HandlerStack | null };

/** A Problem on the wire: its public part. */
export interface ProblemMessage {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly errors: readonly ProblemDetail[];
}

export function toProblemMessage(problem: Problem): ProblemMessage {
  const { code, message, path, errors } = problem;
  return { code, message, errors, ...(path === undefined ? {} : { path }) };
}

export function fromProblemMessage({ code, message, path, errors }: ProblemMessage): Problem {
  const known: ProblemCode = Object.hasOwn(problemCatalogue, code) ? (code as ProblemCode) : "INTERNAL";
  return new Problem(known, message, { errors, ...(path === undefined ? {} : { path }) });
}

/** Marks a line on the child's standard output as one of `TaskLogLine`; anything else there was printed past the console. */
export const logLineMark = "\x1eletsdata:";
