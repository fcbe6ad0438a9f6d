import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { ReadBatch } from "@letsdata/plugin-kit/reader";
import { ErrorArchiver } from "./archive-errors.ts";
import type { BackOff } from "./back-off.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { acknowledge, type CommitStage, commitSegment, saveCheckpoint } from "./commit-segment.ts";
import { Drain } from "./drain.ts";
import type { ErrorOrigin } from "./error-records.ts";
import { HandleAhead } from "./handle-ahead.ts";
import type { HandledBatch, HandleStage } from "./handle-batch.ts";
import { HandlerPace } from "./handler-pace.ts";
import { BatchBuilder } from "./in-batches.ts";
import { type Measuring, MinuteMeasurements } from "./measure.ts";
import { type AttemptOutcome, type Checkpoint, noCounts } from "./ports.ts";
import { type ReadAhead, readAhead } from "./read-ahead.ts";
import type { RunTaskInput } from "./run-task.ts";
import { doneRecords, Segment } from "./segment.ts";
import { Wakeup } from "./wakeup.ts";
import { WritesUnderWay } from "./writes-under-way.ts";

const lingerMilliseconds = 1_000;
const readAheadLimits = { countMax: 8, weightMax: 8 * 1024 * 1024 };
/** While a checkpoint is being saved, work goes on for at most this many checkpoints' records. */
const checkpointsAheadMax = 20;
/** Of a handler that does not let go of the process's thread. */
const longTurnMilliseconds = 50;
/** A write that was called off has this long to end. */
const callOffMilliseconds = 5_000;

/** One attempt: reads ahead, handles, writes up to `concurrentBatches` at a time, commits segments in order. */
export class Attempt {
  readonly #input: RunTaskInput;
  readonly #limits: { readonly records: number; readonly milliseconds: number; readonly millisecondsMin: number };
  readonly #measurements: Measuring;
  readonly #backOffWith: BackOff;
  readonly #errorOrigin: ErrorOrigin;
  readonly #commitStage: CommitStage;
  readonly #handling: HandleAhead;
  readonly #wakeup: Wakeup;
  readonly #queue: BoundedQueue<ReadAhead>;
  readonly #builder: BatchBuilder;
  readonly #over = new AbortController();
  /** Aborts with the failure once no earlier segment can be saved any more. */
  readonly #failed = new AbortController();
  readonly #drain: Drain;
  #isReading = true;
  #checkpoint: Checkpoint;
  #segment: Segment;
  readonly #writes: WritesUnderWay;
  #committing: Promise<void> | null = null;
  /** What spoilt the open segment or one before it: nothing more is written or saved. */
  #failure: Problem | null = null;
  /** Errors that stopped the task: registered with an unmoved checkpoint, so they can be listed and the balance stays closed. */
  #stoppedBy: ErrorArchiver | null = null;

  constructor(input: RunTaskInput) {
    const { clock, random, lost, limits, reader, writer, handler } = input;
    this.#input = input;
    this.#drain = new Drain(input);
    this.#wakeup = new Wakeup(clock, this.#over.signal);
    this.#limits = {
      records: writer.flush ? Number.POSITIVE_INFINITY : (limits.checkpointRecords ?? 500),
      milliseconds: 1_000 * (writer.flush ? (limits.flushSecondsMax ?? 300) : (limits.checkpointSeconds ?? 10)),
      millisecondsMin: 1_000 * (limits.checkpointSecondsMin ?? 0.1),
    };
    this.#backOffWith = { clock, random, ended: AbortSignal.any([lost, this.#failed.signal]) };
    this.#errorOrigin = { task: input.task, clock, bodyBytesMax: reader.errorBodyBytesMax ?? null };
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
    this.#writes = new WritesUnderWay({
      writer,
      errorOrigin: this.#errorOrigin,
      measurements,
      backOffWith,
      stopsTask: input.recordErrorPolicy === "FailTask" ? (errors, why) => this.#recordErrored(errors, why) : null,
      onEnd: (failure) => {
        this.#failure ??= failure;
        this.#wakeup.wake();
      },
    });
    const handleStage: HandleStage = {
      handler,
      writer,
      errorOrigin: this.#errorOrigin,
      measurements,
      clock,
      signal: lost,
      pace: new HandlerPace(this.#writes.pace),
      answeredAt: Number.NEGATIVE_INFINITY,
    };
    this.#queue = new BoundedQueue(readAheadLimits, this.#wakeup.wake);
    this.#builder = new BatchBuilder(writer.limits, this.#writes.pace);
    this.#checkpoint = input.resumeFrom ?? { position: null, counts: noCounts };
    writer.checkpointAt?.(this.#checkpoint.counts.recordsRead);
    this.#handling = new HandleAhead(handleStage, this.#queue, this.#checkpoint.counts.recordsRead);
    this.#segment = this.#newSegment();
  }

  async run(): Promise<AttemptOutcome> {
    const reading = new AbortController();
    const stopReading = (): void => {
      reading.abort();
      this.#queue.release();
    };
    this.#drain.watch(this.#over.signal, () => {
      stopReading();
      this.#wakeup.wake();
    });
    const readingDone = readAhead({
      reader: this.#input.reader,
      from: this.#checkpoint.position,
      queue: this.#queue,
      measurements: this.#measurements,
      backOffWith: this.#backOffWith,
      signal: reading.signal,
    }).finally(() => {
      this.#isReading = false;
      this.#wakeup.wake();
    });
    try {
      return await this.#workToTheEnd();
    } finally {
      this.#over.abort();
      stopReading();
      await readingDone;
    }
  }

  /** Of several failures the first is told: the others follow from it, or come again. */
  async #workToTheEnd(): Promise<AttemptOutcome> {
    let failure: Problem | null = null;
    try {
      await this.#work();
    } catch (thrown) {
      failure = this.#failure ?? asProblem(thrown);
    }
    try {
      if (this.#failure === null) await this.#closeSegment();
    } catch (thrown) {
      this.#failure ??= asProblem(thrown);
    }
    await this.#committing;
    failure ??= this.#failure;
    try {
      if (this.#stoppedBy) await saveCheckpoint(this.#commitStage, this.#checkpoint, await this.#stoppedBy.finish());
    } catch (thrown) {
      // A record stops the task once it can be looked at: until then it is the archive or the database that failed.
      failure = asProblem(thrown);
    }
    const haveEnded = failure === null || (await this.#callOffWrites(failure));
    const outcome = this.#outcome(failure);
    return haveEnded ? outcome : { ...outcome, mayStillWrite: true };
  }

  /** One that went on could land behind those of another attempt. False where one did not end in time. */
  async #callOffWrites(failure: Problem): Promise<boolean> {
    this.#failed.abort(failure);
    const { clock } = this.#input;
    const until = clock.monotonic() + callOffMilliseconds;
    for (let now = clock.monotonic(); this.#writes.size > 0 && now < until; now = clock.monotonic()) {
      await this.#wakeup.waitUntil(until, now);
    }
    return this.#writes.size === 0;
  }

  #outcome(failure: Problem | null): AttemptOutcome {
    const { counts } = this.#checkpoint;
    const measurements = this.#measurements.drain();
    const isLost = failure?.code === "LEASE_LOST" || this.#failure?.code === "LEASE_LOST" || this.#input.lost.aborted;
    if (isLost) return { kind: "abandoned", counts };
    if (failure) {
      const { code, message } = failure;
      const details = Object.keys(failure.details).length > 0 ? JSON.stringify(failure.details) : null;
      return { kind: "failed", counts, measurements, error: { code, message, ...(details ? { details } : {}) } };
    }
    // Asked to end when everything was read: that is saved too by now, and nothing is left for another attempt.
    const isAllRead = this.#queue.isExhausted && this.#queue.failure === null;
    return { kind: isAllRead ? "completed" : (this.#drain.outcome ?? "completed"), counts, measurements };
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
      const handleBegan = clock.monotonic();
      const handling = this.#handling.handle(batch);
      const isElsewhere = handling instanceof Promise;
      const isLongTurn = clock.monotonic() - handleBegan >= longTurnMilliseconds;
      const handled = isElsewhere ? await this.#sendingLingered(handling) : handling;
      if (isElsewhere) this.#handling.goAhead();
      if (handled.failed.length > 0 && this.#input.recordErrorPolicy === "FailTask") await this.#failTask(handled);
      try {
        await this.#accept(batch, handled, readBegan);
      } catch (thrown) {
        // Half of it is in the segment.
        this.#failure ??= asProblem(thrown);
        throw this.#failure;
      }
      if (batch.isStart && this.#input.writer.needsStart) await this.#saveStart();
      if (batch.awaitsAcknowledgement || this.#isCheckpointDue(clock.monotonic())) await this.#checkpointSoon();
      // Nothing else came to its turn meanwhile: timers, a wish to stop, what was read.
      if (isLongTurn) await clock.turn();
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
        await this.#wakeup.waitUntil(openedAt + lingerMilliseconds, now);
      }
    }
    return handling;
  }

  async #sendLingered(now: number): Promise<void> {
    await this.#sendOpenBatch({ isFull: false });
    if (this.#isCheckpointDue(now)) await this.#checkpointSoon();
  }

  /** The next read batch; null at the end or when draining. Sends what lingered while it waits. */
  async #nextBatch(): Promise<ReadAhead | null> {
    const { clock } = this.#input;
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (this.#isDrained) return null;
      const now = clock.monotonic();
      const { openedAt } = this.#builder;
      if (openedAt !== null && now - openedAt >= lingerMilliseconds) await this.#sendLingered(now);
      if (this.#isTimeForCheckpoint(now)) await this.#checkpointSoon();
      if (this.#failure) throw this.#failure;
      if (this.#isDrained) return null;
      const next = this.#handling.take();
      if (next) return next;
      if (this.#queue.isExhausted) {
        if (this.#queue.failure) throw this.#queue.failure;
        return null;
      }
      await this.#waitForChange();
    }
  }

  get #isDrained(): boolean {
    return this.#drain.isOver(this.#queue.length === 0 && !this.#isReading);
  }

  #waitForChange(): Promise<void> {
    const { openedAt } = this.#builder;
    const lingersUntil = openedAt === null ? Number.POSITIVE_INFINITY : openedAt + lingerMilliseconds;
    const isCheckpointToCome = this.#segment.batchCount > 0 && !this.#committing;
    const dueAt = isCheckpointToCome ? this.#segment.openedAt + this.#limits.milliseconds : Number.POSITIVE_INFINITY;
    // By a clock read now: what was sent or saved meanwhile may have had to wait.
    const now = this.#input.clock.monotonic();
    return this.#wakeup.waitUntil(Math.min(lingersUntil, dueAt, this.#drain.workOffUntil), now);
  }

  async #accept(batch: ReadBatch, handled: HandledBatch, readBegan: number): Promise<void> {
    if (this.#input.writer.limits.batchesCostAlike && !this.#builder.hasRoomFor(handled.documents)) {
      await this.#sendOpenBatch({ isFull: true });
      if (this.#isCheckpointDue(this.#input.clock.monotonic())) await this.#checkpointSoon();
    }
    const segment = this.#segment;
    segment.batchCount++;
    segment.recordsRead += batch.records.length;
    segment.bytesRead += batch.bytesRead;
    segment.skipped += handled.skipped;
    segment.transcoded += handled.transcoded;
    segment.position = batch.nextPosition;
    if (this.#input.reader.acknowledge && batch.records.length > 0) segment.done.push(doneRecords(batch.records));
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
      if (from < documents.length || this.#builder.isFull) await this.#sendOpenBatch({ isFull: true });
    }
  }

  /** `isFull`: no more fits; else there is no more at present. */
  async #sendOpenBatch({ isFull }: { readonly isFull: boolean }): Promise<void> {
    const batch = this.#builder.take();
    if (!batch) return;
    let waited = 0;
    if (this.#writes.mustWait(batch)) {
      const { clock } = this.#input;
      const began = clock.monotonic();
      while (this.#writes.mustWait(batch) && this.#failure === null) await this.#wakeup.wait();
      waited = clock.monotonic() - began;
    }
    this.#measurements.add("queue-wait.milliseconds", waited);
    if (this.#failure) throw this.#failure;
    this.#writes.begin(this.#segment, batch, isFull);
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
    await this.#sendOpenBatch({ isFull: false });
    await this.#committing;
    if (this.#failure) throw this.#failure;
    const segment = this.#segment;
    if (segment.batchCount === 0) return;
    this.#segment = this.#newSegment(segment.position);
    this.#committing = this.#commit(segment);
    if (this.#input.writer.flush) await this.#committing;
  }

  async #commit(segment: Segment): Promise<void> {
    try {
      this.#checkpoint = await commitSegment(this.#commitStage, segment, this.#checkpoint);
      await acknowledge(this.#commitStage, segment);
    } catch (thrown) {
      this.#failure ??= asProblem(thrown);
    }
    this.#committing = null;
    this.#wakeup.wake();
  }

  #newSegment(position = this.#checkpoint.position): Segment {
    return new Segment(position, this.#input.clock.monotonic(), this.#newArchiver());
  }

  #newArchiver(): ErrorArchiver {
    return new ErrorArchiver(this.#input.errorSink, this.#backOffWith);
  }
}
