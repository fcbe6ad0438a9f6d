import type { Measurement } from "./ports.ts";

/**
 * What the pipeline measures, feeding the charts of product.md §10.1. Milliseconds are monotonic; a `perRecord` time is
 * a batch's time spread over its records (one clock reading per batch), with the batch means as minimum and maximum.
 * `records.*`, `bytes.*` and `read.records` are of what checkpoints cover: their sums are a task's counts, however often it crashed.
 * Times and calls are of work really done, repeats included.
 */
export const pipelineMetrics = {
  "records.processed": "documents written",
  "records.skipped": "records skipped",
  "records.errored": "records archived as errors",
  "records.transcoded": "records whose bytes were changed to reach the handler",
  "bytes.read": "bytes from the source",
  "bytes.written": "bytes to the target",
  "read.milliseconds": "per record: waiting for the source",
  "read.records": "records of a read batch",
  "enqueue.milliseconds": "per read batch: waiting to hand on to the handler",
  "dequeue.milliseconds": "per read batch: waiting for work",
  "extract.milliseconds": "per record, as the mean of its batch: in the handler, by the clock",
  "inference.milliseconds": "per call to the model",
  "inference.stand-ins": "calls that a stand-in for the model answered",
  "prepare.milliseconds": "per document, as the mean of its batch: serialising for the target",
  "queue-wait.milliseconds": "per write batch: waiting for a free writer, 0 where one is free",
  "write.milliseconds": "per write call",
  "write.records": "documents of a write call",
  "write.retries": "per write call: 1 = repeats an earlier one",
  "total.milliseconds": "per record: read to written",
  "total.records": "documents of a written batch",
  "checkpoint.milliseconds": "per checkpoint",
  "checkpoint.succeeded": "per checkpoint: 1 = saved",
} as const;

export type PipelineMetric = keyof typeof pipelineMetrics;

/** What is counted for usage and drawn in no chart. It travels with the measurements, so that a checkpoint counts it once. */
export const pipelineMeters = {
  "read.requests": "calls to the source, repeats included",
  "write.requests": "calls to the target, repeats included",
} as const;

export type PipelineMeter = keyof typeof pipelineMeters;
type Name = PipelineMetric | PipelineMeter;

interface Aggregate {
  count: number;
  sum: number;
  min: number;
  max: number;
}

const minuteMilliseconds = 60_000;

/** Takes what the pipeline measures; what is drained travels with the next checkpoint. */
export interface Measuring {
  /** Moves to the minute of `now` (epoch milliseconds); called once per batch. */
  atTime(now: number): void;
  add(metric: Name, value: number): void;
  /** `sum` over `count` samples; their mean stands for minimum and maximum. */
  addMany(metric: Name, sum: number, count: number): void;
  /** Everything since the last drain: each measurement leaves exactly once. */
  drain(): readonly Measurement[];
}

/** Aggregates per metric and minute; an addition costs a map look-up, and nothing is kept per record. */
export class MinuteMeasurements implements Measuring {
  #minute: number;
  #current = new Map<Name, Aggregate>();
  #finished: Measurement[] = [];

  /** `now` in epoch milliseconds. */
  constructor(now: number) {
    this.#minute = now - (now % minuteMilliseconds);
  }

  atTime(now: number): void {
    const minute = now - (now % minuteMilliseconds);
    if (minute === this.#minute) return;
    this.#finish();
    this.#minute = minute;
  }

  add(metric: Name, value: number): void {
    this.addMany(metric, value, 1);
  }

  addMany(metric: Name, sum: number, count: number): void {
    if (count === 0) return;
    const mean = sum / count;
    const aggregate = this.#current.get(metric);
    if (!aggregate) {
      this.#current.set(metric, { count, sum, min: mean, max: mean });
      return;
    }
    aggregate.count += count;
    aggregate.sum += sum;
    if (mean < aggregate.min) aggregate.min = mean;
    if (mean > aggregate.max) aggregate.max = mean;
  }

  drain(): readonly Measurement[] {
    this.#finish();
    const drained = this.#finished;
    this.#finished = [];
    return drained;
  }

  #finish(): void {
    for (const [metric, aggregate] of this.#current) {
      this.#finished.push({ metric, minute: this.#minute, ...aggregate });
    }
    this.#current = new Map();
  }
}
