import type { TrialReading } from "@letsdata/plugin-kit/connector";
import type { WriterLimits } from "@letsdata/plugin-kit/writer";
import type { ProblemMessage, TaskAssignment } from "./task-protocol.ts";

/** A trial of an assignment: its first records through reader, handler and the writer's `prepare`; nothing is written or kept. */
export interface TrialRequest {
  readonly assignment: TaskAssignment;
  /** Read one after the other until one gives a record; the first is there. */
  readonly readings: readonly TrialReading<Readonly<Record<string, unknown>>>[];
  readonly records: number;
  /** A reading that gives nothing for this long has nothing to try. */
  readonly waitSeconds: number;
  /** For all readings together. */
  readonly waitSecondsInAll: number;
}

/** The beginning of a body; `bytes` counts the whole of it. */
export interface BodyPreview {
  readonly encoding: "utf8" | "base64";
  readonly text: string;
  readonly bytes: number;
  readonly truncated: boolean;
}

export interface TriedRecord {
  readonly source: { readonly type: string; readonly name: string; readonly start: string; readonly end: string };
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: BodyPreview;
  readonly outcome: "document" | "skip" | "error";
  readonly document: {
    readonly documentId: string;
    readonly partitionKey: string;
    readonly recordType: string | null;
    readonly body: BodyPreview;
    /** As the writer counts them; null where there is no writer. */
    readonly countedBytes: number | null;
  } | null;
  readonly skipReason: string | null;
  readonly error: { readonly origin: "HANDLER" | "SYSTEM"; readonly code: string; readonly message: string } | null;
  /** In the handler. */
  readonly milliseconds: number;
  /** Waiting for the vectors of its texts; null where the compute engine calls no model. */
  readonly modelMilliseconds: number | null;
}

export interface Trial {
  /** What was read, in words: the item of the reading that gave the records, else of the first. */
  readonly item: string;
  readonly records: readonly TriedRecord[];
  readonly sourceEnded: boolean;
  readonly notices: readonly string[];
  /** What ended the trial early. */
  readonly failure: ProblemMessage | null;
  readonly limits: WriterLimits | null;
  /** Of all batches read, tried or not. */
  readonly read: {
    readonly records: number;
    readonly storedBytes: number;
    /** Time a record took to come, connecting left out where it can be told; null when none came. */
    readonly millisecondsPerRecord: number | null;
  };
}
