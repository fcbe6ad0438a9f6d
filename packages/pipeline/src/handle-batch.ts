import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { ReadBatch, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { PreparedDocument, Unwritable, Writer } from "@letsdata/plugin-kit/writer";
import { type ErrorOrigin, type FailedRecord, handlerError, partErrors, systemError } from "./error-records.ts";
import type { HandlerPace } from "./handler-pace.ts";
import type { Measuring } from "./measure.ts";
import type { Clock } from "./ports.ts";

/** What became of a read batch: each record is in `documents`, in `failed`, or counted in `skipped`. */
export interface HandledBatch {
  readonly documents: readonly PreparedDocument[];
  /** The record of each document, by index. */
  readonly records: readonly SourceRecord[];
  readonly failed: readonly FailedRecord[];
  /** Errors of parts beside a good document: archived, not counted. */
  readonly partErrors: readonly FailedRecord[];
  readonly skipped: number;
  /** Records whose bytes were changed to reach the handler. */
  readonly transcoded: number;
}

export interface HandleStage {
  readonly handler: Handler;
  readonly writer: Writer;
  readonly errorOrigin: ErrorOrigin;
  readonly measurements: Measuring;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pace: HandlerPace;
  /** Monotonic milliseconds of the last answer: a batch that was queued is worked on from then. */
  answeredAt: number;
}

type Prepared = PreparedDocument | Unwritable;

/** Handles and prepares a batch; answers without a promise when handler and writer do. */
export function handleBatch(
  stage: HandleStage,
  batch: ReadBatch,
  firstOrdinal: number,
): HandledBatch | Promise<HandledBatch> {
  const { clock, handler, measurements, signal } = stage;
  const collected = new Collected(stage, firstOrdinal);
  const records = collected.withoutRefused(batch.records);
  const began = clock.monotonic();
  let results: readonly HandlerResult[] | Promise<readonly HandlerResult[]>;
  try {
    results = records.length === 0 ? [] : handler.handle(records, signal);
  } catch (thrown) {
    throw asProblem(thrown, "HANDLER_EXCEPTION");
  }
  const finish = (answered: readonly HandlerResult[]): HandledBatch | Promise<HandledBatch> => {
    const handled = clock.monotonic();
    const waited = measureInferences(stage);
    const took = handled - Math.max(began, stage.answeredAt);
    measurements.addMany("extract.milliseconds", Math.max(0, took - waited), records.length);
    if (records.length > 0) {
      stage.answeredAt = handled;
      stage.pace.handled(records.length, took);
    }
    collected.transcoded = handler.takeTranscoded?.() ?? 0;
    const pending = collected.addResults(records, answered);
    const done = (): HandledBatch => {
      measurements.addMany("prepare.milliseconds", clock.monotonic() - handled, collected.documents.length);
      if (records.length > 0) stage.pace.prepared(records.length, collected.documents.length);
      return collected;
    };
    return pending ? pending.then(done) : done();
  };
  if (!(results instanceof Promise)) return finish(results);
  return results.then(finish, (thrown: unknown) => {
    throw asProblem(thrown, "HANDLER_EXCEPTION");
  });
}

/** Waiting for a model is no time of the customer's code: returns its milliseconds. */
function measureInferences({ handler, measurements }: HandleStage): number {
  const inferences = handler.takeInferences?.();
  if (!inferences) return 0;
  for (const milliseconds of inferences.milliseconds) measurements.add("inference.milliseconds", milliseconds);
  if (inferences.standIns > 0) measurements.add("inference.stand-ins", inferences.standIns);
  return inferences.waitedMilliseconds;
}

class Collected implements HandledBatch {
  readonly documents: PreparedDocument[] = [];
  readonly records: SourceRecord[] = [];
  readonly failed: FailedRecord[] = [];
  readonly partErrors: FailedRecord[] = [];
  skipped = 0;
  transcoded = 0;
  readonly #stage: HandleStage;
  readonly #firstOrdinal: number;
  /** Places in the batch, only where refused records were taken out. */
  #places: number[] | null = null;

  constructor(stage: HandleStage, firstOrdinal: number) {
    this.#stage = stage;
    this.#firstOrdinal = firstOrdinal;
  }

  withoutRefused(all: readonly SourceRecord[]): readonly SourceRecord[] {
    if (!all.some((record) => record.refused !== undefined)) return all;
    const whole: SourceRecord[] = [];
    const places: number[] = [];
    all.forEach((record, place) => {
      if (record.refused) {
        this.#fail(this.#firstOrdinal + place, systemError(this.#stage.errorOrigin, record, record.refused, null));
      } else {
        whole.push(record);
        places.push(place);
      }
    });
    this.#places = places;
    return whole;
  }

  addResults(records: readonly SourceRecord[], results: readonly HandlerResult[]): Promise<void> | null {
    if (results.length !== records.length) {
      throw new Problem("BALANCE_BROKEN", `The handler answered ${results.length} of ${records.length} records`);
    }
    const { writer, errorOrigin } = this.#stage;
    for (let index = 0; index < results.length; index++) {
      const result = results[index]!;
      const record = records[index]!;
      const ordinal = this.#ordinalOf(index);
      switch (result.kind) {
        case "document": {
          const prepared = writer.prepare(result.document, ordinal);
          if (prepared instanceof Promise) return this.#addSlowly(records, results, index, prepared);
          this.#addPrepared(prepared, ordinal, record, result);
          break;
        }
        case "skip":
          this.#skip(ordinal, record, result);
          break;
        case "error":
          this.#fail(ordinal, handlerError(errorOrigin, record, result.error));
          break;
        case "invalid":
          this.#fail(ordinal, systemError(errorOrigin, record, result, null, result.partErrors));
      }
    }
    return null;
  }

  /** A writer that prepares asynchronously: all at once, from the first promise on. */
  async #addSlowly(
    records: readonly SourceRecord[],
    results: readonly HandlerResult[],
    from: number,
    first: Promise<Prepared>,
  ): Promise<void> {
    const { writer, errorOrigin } = this.#stage;
    const prepared = await Promise.all(
      results.slice(from).map((result, index) => {
        if (index === 0) return first;
        return result.kind === "document" ? writer.prepare(result.document, this.#ordinalOf(from + index)) : null;
      }),
    );
    prepared.forEach((one, offset) => {
      const index = from + offset;
      const result = results[index]!;
      const record = records[index]!;
      const ordinal = this.#ordinalOf(index);
      if (result.kind === "document") this.#addPrepared(one!, ordinal, record, result);
      else if (result.kind === "skip") this.#skip(ordinal, record, result);
      else if (result.kind === "error") this.#fail(ordinal, handlerError(errorOrigin, record, result.error));
      else this.#fail(ordinal, systemError(errorOrigin, record, result, null, result.partErrors));
    });
  }

  #addPrepared(
    prepared: Prepared,
    ordinal: number,
    record: SourceRecord,
    result: Extract<HandlerResult, { kind: "document" }>,
  ): void {
    const { writer, errorOrigin } = this.#stage;
    const { document, partErrors: parts } = result;
    if ("code" in prepared) {
      this.#fail(ordinal, systemError(errorOrigin, record, prepared, document, parts));
    } else if (prepared.bytes > writer.limits.maxDocumentBytes) {
      const message = `The document has ${prepared.bytes} bytes, the target takes ${writer.limits.maxDocumentBytes}`;
      this.#fail(ordinal, systemError(errorOrigin, record, { code: "DOCUMENT_TOO_LARGE", message }, document, parts));
    } else {
      this.documents.push(prepared);
      this.records.push(record);
      if (parts) this.partErrors.push({ ordinal, record: partErrors(errorOrigin, record, document, parts) });
    }
  }

  #skip(ordinal: number, record: SourceRecord, { partErrors: parts }: Extract<HandlerResult, { kind: "skip" }>): void {
    this.skipped++;
    if (parts) this.partErrors.push({ ordinal, record: partErrors(this.#stage.errorOrigin, record, null, parts) });
  }

  #ordinalOf(index: number): number {
    return this.#firstOrdinal + (this.#places ? this.#places[index]! : index);
  }

  #fail(ordinal: number, record: FailedRecord["record"]): void {
    this.failed.push({ ordinal, record });
  }
}
