/**
 * Every measurement the product takes (product.md §10.1). Emitters use the names, the query combines minutes by `statistic`,
 * the charts take unit, axis and words.
 */
export type Unit = "share" | "count" | "milliseconds" | "kilobytes";
/** How points of one minute over tasks and workers become one value: from count, sum, min and max of the minute. */
export type Statistic = "average" | "sum" | "minimum" | "maximum" | "samples";

/** Names under which workers emit; a measurement holds count, sum, min and max of one minute. */
export const metricEvents = {
  taskSuccess: { unit: "share", what: "1 for a task that ended COMPLETED, 0 for one that ended ERRORED" },
  taskLatency: { unit: "milliseconds", what: "Duration of a task that ended" },
  checkpointSuccess: { unit: "share", what: "1 for a checkpoint that was saved, 0 for one that failed" },
  checkpointLatency: { unit: "milliseconds", what: "Time to save one checkpoint" },
  recordsProcessed: { unit: "count", what: "Records that became a written document" },
  recordsSkipped: { unit: "count", what: "Records the handler skipped" },
  recordsErrored: { unit: "count", what: "Records that were archived as errors" },
  writeCall: { unit: "count", what: "1 for each call to the target" },
  writeCallLatency: { unit: "milliseconds", what: "Time of one call to the target" },
  writeRetryShare: { unit: "share", what: "Share of a task's calls of the minute that were repeats" },
  extractLatency: { unit: "milliseconds", what: "Handler time for one record" },
  bytesRead: { unit: "kilobytes", what: "Kilobytes a task took from the source in the minute" },
  bytesWritten: { unit: "kilobytes", what: "Kilobytes a task sent to the target in the minute" },
  readLatency: { unit: "milliseconds", what: "Time until the source gave one record" },
  readRecords: { unit: "count", what: "Records a task read in the minute" },
  enqueueLatency: { unit: "milliseconds", what: "Time a record waited to be handed on by the reader" },
  inferenceLatency: { unit: "milliseconds", what: "Time of one call to the model" },
  inferenceCall: { unit: "count", what: "1 for each call to the model" },
  queueWaitLatency: { unit: "milliseconds", what: "Time a document waited in the writer queue" },
  dequeueLatency: { unit: "milliseconds", what: "Time the writer waited for a document" },
  preprocessLatency: { unit: "milliseconds", what: "Time to serialise one document for the target" },
  writeLatency: { unit: "milliseconds", what: "Time of one batch call, of one message where there are no batches" },
  writtenRecords: { unit: "count", what: "Documents a task wrote in the minute" },
  totalLatency: { unit: "milliseconds", what: "Time of one record from read to written" },
  totalRecords: { unit: "count", what: "Records a task finished in the minute" },
} as const satisfies Record<string, { readonly unit: Unit; readonly what: string }>;
export type MetricName = keyof typeof metricEvents;

export interface ChartSeries {
  readonly metric: MetricName;
  readonly label: string;
  readonly statistic: Statistic;
  readonly axis: "left" | "right";
  readonly tone?: "red" | "green" | "blue";
}
export interface Chart {
  readonly title: string;
  readonly dashboard: "summary" | "details";
  /** Stage of the pipeline diagram the chart belongs to. */
  readonly stage: "task" | "readers" | "compute" | "writers" | "overall";
  readonly series: readonly ChartSeries[];
  readonly explanation: string;
  /** Drawn only where the compute engine calls a model. */
  readonly onlyWithModel?: boolean;
}

export const charts = {
  taskSuccess: {
    title: "Task success and volume",
    dashboard: "summary",
    stage: "task",
    series: [
      { metric: "taskSuccess", label: "Succeeded", statistic: "average", axis: "left" },
      { metric: "taskSuccess", label: "Finished tasks", statistic: "samples", axis: "right" },
    ],
    explanation:
      "Which share of the tasks that ended in a minute was completed. 0.75 of 4 finished tasks means that 3 were completed and 1 errored.",
  },
  taskLatency: {
    title: "Task latency",
    dashboard: "summary",
    stage: "task",
    series: [{ metric: "taskLatency", label: "Duration", statistic: "average", axis: "left" }],
    explanation: "How long the tasks took that ended in a minute. Task success shows how many they were.",
  },
  checkpoints: {
    title: "Checkpoints",
    dashboard: "summary",
    stage: "task",
    series: [
      { metric: "checkpointSuccess", label: "Saved", statistic: "average", axis: "left" },
      { metric: "checkpointLatency", label: "Time to save", statistic: "average", axis: "right" },
    ],
    explanation: "Checkpoints of all tasks. About 25 ms each is normal; when it grows, look at the database.",
  },
  records: {
    title: "Records",
    dashboard: "summary",
    stage: "task",
    series: [
      { metric: "recordsProcessed", label: "Processed", statistic: "sum", axis: "left", tone: "red" },
      { metric: "recordsSkipped", label: "Skipped", statistic: "sum", axis: "left", tone: "green" },
      { metric: "recordsErrored", label: "Errored", statistic: "sum", axis: "left", tone: "blue" },
    ],
    explanation:
      "What became of the records. A document made of several file records counts once, however many it used.",
  },
  writeCalls: {
    title: "Write calls",
    dashboard: "summary",
    stage: "writers",
    series: [
      { metric: "writeCall", label: "Calls", statistic: "sum", axis: "left" },
      { metric: "writeCallLatency", label: "Time of a call", statistic: "average", axis: "right" },
    ],
    explanation: "Batches sent to the target. Beside bytes and retries it shows whether the target's scale fits.",
  },
  writeRetries: {
    title: "Write retries",
    dashboard: "summary",
    stage: "writers",
    series: [{ metric: "writeRetryShare", label: "Repeated share", statistic: "average", axis: "left" }],
    explanation:
      "Which share of the calls was a repeat. 0.25 means a quarter; 0 means the target has scale enough, perhaps more than it needs.",
  },
  extraction: {
    title: "Record extraction",
    dashboard: "summary",
    stage: "compute",
    series: [
      { metric: "extractLatency", label: "Average", statistic: "average", axis: "left" },
      { metric: "extractLatency", label: "Minimum", statistic: "minimum", axis: "left" },
      { metric: "extractLatency", label: "Maximum", statistic: "maximum", axis: "left" },
      { metric: "extractLatency", label: "Samples", statistic: "samples", axis: "right" },
    ],
    explanation:
      "Processor time in your handler for one record. Expect less than 10 ms on average and less than 30 ms at most.",
  },
  bytes: {
    title: "Bytes",
    dashboard: "summary",
    stage: "overall",
    series: [
      { metric: "bytesRead", label: "Read", statistic: "average", axis: "left" },
      { metric: "bytesWritten", label: "Written", statistic: "average", axis: "right" },
    ],
    explanation: "Throughput of one task in a minute: from the source, and to the target.",
  },
  read: {
    title: "Read",
    dashboard: "details",
    stage: "readers",
    series: [
      { metric: "readLatency", label: "Time for a record", statistic: "average", axis: "left", tone: "red" },
      { metric: "readRecords", label: "Records", statistic: "average", axis: "right", tone: "green" },
    ],
    explanation: "How long the source takes to give the next record, and how many each task gets.",
  },
  enqueue: {
    title: "Enqueue",
    dashboard: "details",
    stage: "readers",
    series: [{ metric: "enqueueLatency", label: "Wait", statistic: "average", axis: "left" }],
    explanation: "How long the reader waits to hand a record on. When it is high, a stage behind is slower.",
  },
  inference: {
    title: "Inference",
    dashboard: "details",
    stage: "compute",
    series: [
      { metric: "inferenceLatency", label: "Time of a call", statistic: "average", axis: "left" },
      { metric: "inferenceCall", label: "Calls", statistic: "sum", axis: "right" },
    ],
    explanation: "Calls to the model: how long one takes, and how many there are.",
    onlyWithModel: true,
  },
  queueWait: {
    title: "Queue wait",
    dashboard: "details",
    stage: "writers",
    series: [{ metric: "queueWaitLatency", label: "Wait", statistic: "average", axis: "left" }],
    explanation: "How long documents wait for the writer. When it is high, raise the target's scale.",
  },
  dequeue: {
    title: "Dequeue",
    dashboard: "details",
    stage: "writers",
    series: [{ metric: "dequeueLatency", label: "Wait", statistic: "average", axis: "left" }],
    explanation: "How long the writer waits for work. When it is high, reading or compute is the slower part.",
  },
  preprocess: {
    title: "Pre-processing",
    dashboard: "details",
    stage: "writers",
    series: [{ metric: "preprocessLatency", label: "Time for a document", statistic: "average", axis: "left" }],
    explanation: "Serialising documents and archiving error records. Expect less than 5 ms.",
  },
  write: {
    title: "Write",
    dashboard: "details",
    stage: "writers",
    series: [
      { metric: "writeLatency", label: "Time of a call", statistic: "average", axis: "left", tone: "red" },
      { metric: "writtenRecords", label: "Records", statistic: "average", axis: "right", tone: "green" },
    ],
    explanation: "Time of one batch call to the target, or of one message where the target takes no batches.",
  },
  taskBytes: {
    title: "Bytes",
    dashboard: "details",
    stage: "writers",
    series: [
      { metric: "bytesRead", label: "Read", statistic: "average", axis: "left" },
      { metric: "bytesWritten", label: "Written", statistic: "average", axis: "right" },
    ],
    explanation: "Throughput of one task in a minute: from the source, and to the target.",
  },
  total: {
    title: "Total",
    dashboard: "details",
    stage: "overall",
    series: [
      { metric: "totalLatency", label: "Time for a record", statistic: "average", axis: "left", tone: "red" },
      { metric: "totalRecords", label: "Records", statistic: "average", axis: "right", tone: "green" },
    ],
    explanation: "One record from end to end: read, both queues, compute and write.",
  },
} as const satisfies Record<string, Chart>;
export type ChartId = keyof typeof charts;
export const chartIds = Object.keys(charts) as readonly ChartId[];

export const unitLabels: Readonly<Record<Unit, string>> = {
  share: "0 to 1",
  count: "count",
  milliseconds: "ms",
  kilobytes: "KB",
};

/** The unit of a series' values: the number of samples is a count whatever is measured. */
export function unitOf(series: ChartSeries): Unit {
  return series.statistic === "samples" ? "count" : metricEvents[series.metric].unit;
}

/** Minutes of one metric, joined: what a query has after grouping. */
export interface Aggregate {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** The value a chart draws, or null where nothing was measured: a gap. */
export function chartValue(statistic: Statistic, aggregate: Aggregate | undefined): number | null {
  if (!aggregate || aggregate.count === 0) return null;
  switch (statistic) {
    case "average":
      return aggregate.sum / aggregate.count;
    case "sum":
      return aggregate.sum;
    case "minimum":
      return aggregate.min;
    case "maximum":
      return aggregate.max;
    case "samples":
      return aggregate.count;
  }
}
