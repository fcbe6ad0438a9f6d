import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { ReadBatch } from "@letsdata/plugin-kit/reader";
import { ErrorArchiver } from "./archive-errors.ts";
import type { BackOff } from "./back-off.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { type CommitStage, commitSegment, saveCheckpoint } from "./commit-segment.ts";
import { type ErrorOrigin, systemError } from "./error-records.ts";
import { HandleAhead } from "./handle-ahead.ts";
import type { HandledBatch, HandleStage } from "./handle-batch.ts";
import { BatchBuilder, type WriteBatch } from "./in-batches.ts";
import { type Measuring, MinuteMeasurements } from "./measure.ts";
import { type AttemptOutcome, type Checkpoint, noCounts } from "./ports.ts";
import { type ReadAhead, readAhead } from "./read-ahead.ts";
import type { RunTaskInput } from "./run-task.ts";
import { Segment } from "./segment.ts";
import { watchTimeLimit } from "./time-limit.ts";
import { Wakeup } from "./wakeup.ts";
import { writeWithRetry } from "./write-with-retry.ts";

const lingerMilliseconds = 1_000;
const readAheadLimits = { countMax: 8, weightMax: 8 * 1024 * 1024 };
/** While a checkpoint is being saved, work goes on for at most this many checkpoints' records. */
const checkpointsAheadMax = 20;

/** One attempt: reads ahead, handles, writes up to `concurrentBatches` at a time, commits segments in order. */
export class Attempt {
  readonly #input: RunTaskInput;
  readonly #limits: { readonly records: number; readonly milliseconds: number; readonly millisecondsMin: number };
  readonly #measurements: Measuring;
  readonly #backOffWith: BackOff;
  readonly #errorOrigin: ErrorOrigin;
  readonly #commitStage: CommitStage;
  readonly #handling: HandleAhead;
  readonly #wakeup = new Wakeup();
  readonly #queue: BoundedQueue<ReadAhead>;
  readonly #builder: BatchBuilder;
  readonly #over = new AbortController();
  #drain: "stopped" | "rerun" | null = null;
  #checkpoint: Checkpoint;
  #segment: Segment;
  readonly #writesUnderWay = new Set<WriteBatch>();
  #alarmAt = Number.POSITIVE_INFINITY;
  #committing: Promise<void> | null = null;
  #failure: Problem | null = null;
  /** Errors that stopped the task: registered with an unmoved checkpoint, so they can be listed and the balance stays closed. */
  #stoppedBy: ErrorArchiver | null = null;

  constructor(input: RunTaskInput) {
    const { clock, random, lost, limits, reader, writer, handler } = input;
    this.#input = input;
    this.#limits = {
      records: writer.flush ? Number.POSITIVE_INFINITY : (limits.checkpointRecords ?? 500),
      milliseconds: 1_000 * (writer.flush ? (limits.flushSecondsMax ?? 300) : (limits.checkpointSeconds ?? 10)),
      millisecondsMin: 1_000 * (limits.checkpointSecondsMin ?? 0.1),
    };
    this.#backOffWith = { clock, random, lost };
    const bodyBytesMax = limits.errorBodyBytesMax === undefined ? 64 * 1024 : limits.errorBodyBytesMax;
    this.#errorOrigin = { task: input.task, clock, bodyBytesMax };
    const measurements = input.measuring ?? new MinuteMeasurements(clock.now());
    this.#measurements = measurements;
    const { checkpoints, lease, log } = input;
    const backOffWith = this.#backOffWith;
    this.#commitStage = {
      taskId: input.task.taskId,
      lease,
      reader,
      writer,
      checkpoints,
      measurements,
      backOffWith,
      log,
    };
    const handleStage: HandleStage = {
      handler,
      writer,
      errorOrigin: this.#errorOrigin,
      measurements,
      clock,
      signal: lost,
      answeredAt: Number.NEGATIVE_INFINITY,
    };
    this.#queue = new BoundedQueue(readAheadLimits, this.#wakeup.wake);
    this.#builder = new BatchBuilder(writer.limits);
    this.#checkpoint = input.resumeFrom ?? { position: null, counts: noCounts };
    writer.checkpointAt?.(this.#checkpoint.counts.recordsRead);
    this.#handling = new HandleAhead(handleStage, this.#queue, this.#checkpoint.counts.recordsRead);
    this.#segment = this.#newSegment();
  }

  async run(): Promise<AttemptOutcome> {
    const { clock, limits, stop, reader } = this.#input;
    const over = this.#over.signal;
    const reading = new AbortController();
    const stopReading = (): void => {
      reading.abort();
      this.#queue.release();
    };
    const drain = (outcome: "stopped" | "rerun"): void => {
      this.#drain ??= outcome;
      stopReading();
      this.#wakeup.wake();
    };
    const onStop = (): void => drain(stop.reason === "stopped" ? "stopped" : "rerun");
    const onLost = (): void => drain("rerun");
    stop.addEventListener("abort", onStop, { signal: over });
    this.#input.lost.addEventListener("abort", onLost, { signal: over });
    if (stop.aborted) onStop();
    watchTimeLimit(clock, limits.timeoutSeconds, over, () => drain("rerun"));
    const readingDone = readAhead({
      reader,
      from: this.#checkpoint.position,
      queue: this.#queue,
      measurements: this.#measurements,
      backOffWith: this.#backOffWith,
      signal: reading.signal,
    });
    try {
      return await this.#workToTheEnd();
    } finally {
      this.#over.abort();
      stopReading();
      await readingDone;
    }
  }

  async #workToTheEnd(): Promise<AttemptOutcome> {
    let failure: Problem | null = null;
    try {
      await this.#work();
    } catch (thrown) {
      failure = asProblem(thrown);
    }
    try {
      if (this.#failure === null) await this.#closeSegment();
      await this.#committing;
      failure = this.#failure ?? failure;
      if (this.#stoppedBy) await saveCheckpoint(this.#commitStage, this.#checkpoint, await this.#stoppedBy.finish());
    } catch (thrown) {
      failure = this.#failure ?? asProblem(thrown);
    }
    return this.#outcome(failure);
  }

  #outcome(failure: Problem | null): AttemptOutcome {
    const { counts } = this.#checkpoint;
    const measurements = this.#measurements.drain();
    if (failure?.code === "LEASE_LOST" || this.#input.lost.aborted) return { kind: "abandoned", counts };
    if (failure) {
      const { code, message } = failure;
      const details = Object.keys(failure.details).length > 0 ? JSON.stringify(failure.details) : null;
      return { kind: "failed", counts, measurements, error: { code, message, ...(details ? { details } : {}) } };
    }
    return { kind: this.#drain ?? "completed", counts, measurements };
  }

  /** Returns at the source's end or when draining; throws what ends the attempt otherwise. */
  async #work(): Promise<void> {
    const { clock } = this.#input;
    for (;;) {
      const dequeueBegan = clock.monotonic();
      const next = await this.#nextBatch();
      if (next === null) return;
      this.#measurements.atTime(clock.now());
      this.#measurements.add("dequeue.milliseconds", clock.monotonic() - dequeueBegan);
      const { batch, readBegan } = next;
      const handling = this.#handling.handle(batch);
      const isElsewhere = handling instanceof Promise;
      const handled = isElsewhere ? await this.#sendingLingered(handling) : handling;
      if (isElsewhere) this.#handling.goAhead();
      if (handled.failed.length > 0 && this.#input.recordErrorPolicy === "FailTask") await this.#failTask(handled);
      await this.#accept(batch, handled, readBegan);
      if (batch.isStart && this.#input.writer.needsStart) await this.#saveStart();
      if (batch.awaitsAcknowledgement || this.#isCheckpointDue(clock.monotonic())) await this.#checkpointSoon();
    }
  }

  async #saveStart(): Promise<void> {
    await this.#closeSegment();
    await this.#committing;
    if (this.#failure) throw this.#failure;
  }

  /** Documents that are there already do not wait for a slow handler. */
  async #sendingLingered(handling: Promise<HandledBatch>): Promise<HandledBatch> {
    let isHandled = false;
    const settled = (): void => {
      isHandled = true;
      this.#wakeup.wake();
    };
    handling.then(settled, settled);
    for (let { openedAt } = this.#builder; openedAt !== null && !isHandled; { openedAt } = this.#builder) {
      const now = this.#input.clock.monotonic();
      if (now - openedAt >= lingerMilliseconds) {
        await this.#sendLingered(now);
      } else {
        this.#setAlarm(openedAt + lingerMilliseconds, now);
        await this.#wakeup.wait();
      }
    }
    return handling;
  }

  async #sendLingered(now: number): Promise<void> {
    await this.#sendOpenBatch();
    if (this.#isCheckpointDue(now)) await this.#checkpointSoon();
  }

  /** The next read batch; null at the end or when draining. Sends what lingered while it waits. */
  async #nextBatch(): Promise<ReadAhead | null> {
    const { clock } = this.#input;
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (this.#drain) return null;
      const now = clock.monotonic();
      const { openedAt } = this.#builder;
      if (openedAt !== null && now - openedAt >= lingerMilliseconds) await this.#sendLingered(now);
      if (this.#isTimeForCheckpoint(now)) await this.#checkpointSoon();
      if (this.#failure) throw this.#failure;
      if (this.#drain) return null;
      const next = this.#queue.take();
      if (next) return next;
      if (this.#queue.isExhausted) {
        if (this.#queue.failure) throw this.#queue.failure;
        return null;
      }
      await this.#waitForChange(now);
    }
  }

  async #waitForChange(now: number): Promise<void> {
    const { openedAt } = this.#builder;
    let until = Number.POSITIVE_INFINITY;
    if (openedAt !== null) until = openedAt + lingerMilliseconds;
    if (this.#segment.batchCount > 0 && !this.#committing) {
      until = Math.min(until, this.#segment.openedAt + this.#limits.milliseconds);
    }
    if (until === Number.POSITIVE_INFINITY) return this.#wakeup.wait();
    this.#setAlarm(until, now);
    await this.#wakeup.wait();
  }

  /** Alarms are left to ring rather than taken back: an early one costs a look around, a timer per read batch costs more. */
  #setAlarm(at: number, now: number): void {
    if (at >= this.#alarmAt) return;
    this.#alarmAt = at;
    void this.#input.clock.sleep(Math.max(at - now, 0), this.#over.signal).then(() => {
      if (this.#alarmAt === at) this.#alarmAt = Number.POSITIVE_INFINITY;
      this.#wakeup.wake();
    });
  }

  async #accept(batch: ReadBatch, handled: HandledBatch, readBegan: number): Promise<void> {
    if (this.#input.writer.limits.batchesCostAlike && !this.#builder.hasRoomFor(handled.documents)) {
      await this.#sendOpenBatch();
      if (this.#isCheckpointDue(this.#input.clock.monotonic())) await this.#checkpointSoon();
    }
    const segment = this.#segment;
    segment.batchCount++;
    segment.recordsRead += batch.records.length;
    segment.bytesRead += batch.bytesRead;
    segment.skipped += handled.skipped;
    segment.position = batch.nextPosition;
    if (this.#input.reader.acknowledge) segment.batches.push(batch);
    for (const failed of handled.failed) {
      const wait = segment.addError(failed);
      if (wait) await wait;
    }
    for (const partError of handled.partErrors) {
      const wait = segment.errors.add(partError);
      if (wait) await wait;
    }
    const { documents, records } = handled;
    for (let from = 0; from < documents.length; ) {
      from = this.#builder.fill(documents, records, from, this.#input.clock.monotonic(), readBegan);
      if (from < documents.length || this.#builder.isFull) await this.#sendOpenBatch();
    }
  }

  async #sendOpenBatch(): Promise<void> {
    const batch = this.#builder.take();
    if (!batch) return;
    const { clock } = this.#input;
    if (this.#mustWait(batch)) {
      const began = clock.monotonic();
      while (this.#mustWait(batch)) await this.#wakeup.wait();
      this.#measurements.add("queue-wait.milliseconds", clock.monotonic() - began);
    }
    if (this.#failure) throw this.#failure;
    const segment = this.#segment;
    segment.writeBegan();
    this.#writesUnderWay.add(batch);
    void this.#write(segment, batch).then((failure) => {
      this.#failure ??= failure;
      this.#writesUnderWay.delete(batch);
      segment.writeEnded(failure);
      this.#wakeup.wake();
    });
  }

  #mustWait({ keys }: WriteBatch): boolean {
    if (this.#writesUnderWay.size >= this.#input.writer.concurrentBatches) return true;
    for (const other of this.#writesUnderWay) for (const key of keys) if (other.keys.has(key)) return true;
    return false;
  }

  /** The batch's failure, or null. */
  async #write(segment: Segment, batch: WriteBatch): Promise<Problem | null> {
    try {
      const { writer, recordErrorPolicy, clock } = this.#input;
      const refusals = await writeWithRetry(writer, batch.documents, this.#backOffWith, this.#measurements);
      let { bytes } = batch;
      for (const { index, reason } of refusals) {
        const { document, ordinal, bytes: refusedBytes } = batch.documents[index]!;
        bytes -= refusedBytes;
        const refused = { code: "INVALID_DOCUMENT", message: `The target refused the document: ${reason}` };
        const record = systemError(this.#errorOrigin, batch.records[index]!, refused, document);
        await segment.addError({ ordinal, record });
        if (recordErrorPolicy === "FailTask") throw this.#recordErrored(segment.errors, record.errorMessage);
      }
      segment.written += batch.documents.length - refusals.length;
      segment.bytesWritten += bytes;
      const count = batch.documents.length;
      this.#measurements.addMany("total.milliseconds", (clock.monotonic() - batch.readBegan) * count, count);
      this.#measurements.add("total.records", count);
      return null;
    } catch (thrown) {
      return asProblem(thrown);
    }
  }

  /** Nothing of the failed record's batch is written; what was before it is committed like at any end. */
  async #failTask(handled: HandledBatch): Promise<never> {
    const first = handled.failed.reduce((a, b) => (a.ordinal <= b.ordinal ? a : b));
    const errors = this.#newArchiver();
    await errors.add(first);
    throw this.#recordErrored(errors, first.record.errorMessage);
  }

  #recordErrored(errors: ErrorArchiver, message: string): Problem {
    this.#stoppedBy ??= errors;
    return new Problem("RECORD_ERRORED", message);
  }

  #isTimeForCheckpoint(now: number): boolean {
    const { batchCount, openedAt } = this.#segment;
    return batchCount > 0 && now - openedAt >= this.#limits.milliseconds && !this.#committing;
  }

  #isCheckpointDue(now: number): boolean {
    const { recordsRead, openedAt } = this.#segment;
    if (this.#input.writer.wantsFlush?.()) return true;
    const { records, milliseconds, millisecondsMin } = this.#limits;
    const age = now - openedAt;
    if (age >= milliseconds) return true;
    if (this.#input.writer.limits.batchesCostAlike && this.#builder.openedAt !== null) return false;
    return recordsRead >= records && age >= millisecondsMin;
  }

  /** While a checkpoint is being saved the segment grows on, up to a bound: a slow database costs repeats, not speed. */
  async #checkpointSoon(): Promise<void> {
    if (this.#committing && this.#segment.recordsRead < this.#limits.records * checkpointsAheadMax) {
      const { clock } = this.#input;
      if (clock.monotonic() - this.#segment.openedAt < this.#limits.milliseconds) return;
    }
    await this.#closeSegment();
  }

  /** Sends what is open and begins the commit; waits for the one before, and for this one where objects are flushed. */
  async #closeSegment(): Promise<void> {
    await this.#sendOpenBatch();
    await this.#committing;
    if (this.#failure) throw this.#failure;
    const segment = this.#segment;
    if (segment.batchCount === 0) return;
    this.#segment = this.#newSegment(segment.position);
    const committing = commitSegment(this.#commitStage, segment, this.#checkpoint).then(
      (checkpoint) => {
        this.#checkpoint = checkpoint;
      },
      (thrown: unknown) => {
        this.#failure ??= asProblem(thrown);
      },
    );
    this.#committing = committing.then(() => {
      this.#committing = null;
      this.#wakeup.wake();
    });
    if (this.#input.writer.flush) await this.#committing;
  }

  #newSegment(position = this.#checkpoint.position): Segment {
    return new Segment(position, this.#input.clock.monotonic(), this.#newArchiver());
  }

  #newArchiver(): ErrorArchiver {
    return new ErrorArchiver(this.#input.errorSink, this.#backOffWith);
  }
}
