/**
 * Every measurement the product takes (product.md §10.1). Emitters use the names, the query joins a minute's tasks by `statistic`,
 * the charts take unit, axis and words.
 */
export type Unit = "share" | "count" | "milliseconds" | "kilobytes";
/**
 * How the measurements of one minute become one value. `average` weighs by samples; `per-task` is the sum over the number
 * of tasks that measured; `task-average` is the mean of each task's own average.
 */
export type Statistic = "average" | "sum" | "minimum" | "maximum" | "samples" | "per-task" | "task-average";

/** Names under which workers emit; a measurement holds count, sum, min and max of one task's minute. */
export const metricEvents = {
  "task.succeeded": { unit: "share", what: "Per task that ended: 1 = COMPLETED, 0 = ERRORED" },
  "task.milliseconds": {
    unit: "milliseconds",
    what: "Per task that ended: its duration, all attempts since the last redrive together",
  },
  "checkpoint.succeeded": { unit: "share", what: "Per checkpoint: 1 = saved, 0 = failed" },
  "checkpoint.milliseconds": { unit: "milliseconds", what: "Per checkpoint: time to save it" },
  "records.processed": { unit: "count", what: "Records that became a written document" },
  "records.skipped": { unit: "count", what: "Records the handler skipped" },
  "records.errored": { unit: "count", what: "Records that were archived as errors" },
  "records.transcoded": {
    unit: "count",
    what: "Records with bytes that are no UTF-8, sent to a Lambda function as U+FFFD",
  },
  "bytes.read": { unit: "kilobytes", what: "Bytes taken from the source" },
  "bytes.written": { unit: "kilobytes", what: "Bytes sent to the target" },
  "read.milliseconds": { unit: "milliseconds", what: "Per record: waiting for the source" },
  "read.records": { unit: "count", what: "Records read" },
  "enqueue.milliseconds": { unit: "milliseconds", what: "Per read batch: waiting to hand on" },
  "extract.milliseconds": {
    unit: "milliseconds",
    what: "Per record, as the mean of its batch: time in the handler by the clock",
  },
  "inference.milliseconds": { unit: "milliseconds", what: "Per call to the model" },
  "inference.stand-ins": { unit: "count", what: "Calls that a stand-in for the model answered" },
  "queue-wait.milliseconds": { unit: "milliseconds", what: "Per write batch: waiting for a free writer" },
  "dequeue.milliseconds": { unit: "milliseconds", what: "Per read batch: waiting for work" },
  "prepare.milliseconds": {
    unit: "milliseconds",
    what: "Per document, as the mean of its batch: serialising for the target",
  },
  "write.milliseconds": { unit: "milliseconds", what: "Per write call" },
  "write.records": { unit: "count", what: "Documents sent" },
  "write.retries": { unit: "share", what: "Per write call: 1 = repeats an earlier one" },
  "total.milliseconds": { unit: "milliseconds", what: "Per record: read to written" },
  "total.records": { unit: "count", what: "Records finished" },
} as const satisfies Record<string, { readonly unit: Unit; readonly what: string }>;
export type MetricName = keyof typeof metricEvents;

/** Divisor from what is measured to what is shown. */
const divisors: Readonly<Record<Unit, number>> = { share: 1, count: 1, milliseconds: 1, kilobytes: 1000 };

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
      { metric: "task.succeeded", label: "Succeeded", statistic: "average", axis: "left" },
      { metric: "task.succeeded", label: "Finished tasks", statistic: "samples", axis: "right" },
    ],
    explanation:
      "Which share of the tasks that ended in a minute was completed. 0.75 of 4 finished tasks means that 3 were completed and 1 errored.",
  },
  taskLatency: {
    title: "Task latency",
    dashboard: "summary",
    stage: "task",
    series: [{ metric: "task.milliseconds", label: "Duration", statistic: "average", axis: "left" }],
    explanation:
      "How long the tasks took that ended in a minute, all their attempts together. Task success shows how many they were.",
  },
  checkpoints: {
    title: "Checkpoints",
    dashboard: "summary",
    stage: "task",
    series: [
      { metric: "checkpoint.succeeded", label: "Saved", statistic: "average", axis: "left" },
      { metric: "checkpoint.milliseconds", label: "Time to save", statistic: "average", axis: "right" },
    ],
    explanation: "Checkpoints of all tasks. About 25 ms each is normal; when it grows, look at the database.",
  },
  records: {
    title: "Records",
    dashboard: "summary",
    stage: "task",
    series: [
      { metric: "records.processed", label: "Processed", statistic: "sum", axis: "left", tone: "red" },
      { metric: "records.skipped", label: "Skipped", statistic: "sum", axis: "left", tone: "green" },
      { metric: "records.errored", label: "Errored", statistic: "sum", axis: "left", tone: "blue" },
    ],
    explanation:
      "What became of the records. A document made of several file records counts once, however many it used.",
  },
  writeCalls: {
    title: "Write calls",
    dashboard: "summary",
    stage: "writers",
    series: [
      { metric: "write.milliseconds", label: "Calls", statistic: "samples", axis: "left" },
      { metric: "write.milliseconds", label: "Time of a call", statistic: "average", axis: "right" },
    ],
    explanation: "Batches sent to the target. Beside bytes and retries it shows whether the target's scale fits.",
  },
  writeRetries: {
    title: "Write retries",
    dashboard: "summary",
    stage: "writers",
    series: [{ metric: "write.retries", label: "Repeated share", statistic: "task-average", axis: "left" }],
    explanation:
      "Which share of the calls was a repeat. 0.25 means a quarter; 0 means the target has scale enough, perhaps more than it needs.",
  },
  extraction: {
    title: "Record extraction",
    dashboard: "summary",
    stage: "compute",
    series: [
      { metric: "extract.milliseconds", label: "Average", statistic: "average", axis: "left" },
      { metric: "extract.milliseconds", label: "Minimum", statistic: "minimum", axis: "left" },
      { metric: "extract.milliseconds", label: "Maximum", statistic: "maximum", axis: "left" },
      { metric: "extract.milliseconds", label: "Samples", statistic: "samples", axis: "right" },
    ],
    explanation:
      "Time by the clock that one record spends in your handler, without waiting for a model. It is measured by the batch: minimum and maximum are those of a batch's mean. Expect less than 10 ms on average and less than 30 ms at most.",
  },
  bytes: {
    title: "Bytes",
    dashboard: "summary",
    stage: "overall",
    series: [
      { metric: "bytes.read", label: "Read", statistic: "per-task", axis: "left" },
      { metric: "bytes.written", label: "Written", statistic: "per-task", axis: "right" },
    ],
    explanation: "Throughput of one task in a minute: from the source, and to the target.",
  },
  read: {
    title: "Read",
    dashboard: "details",
    stage: "readers",
    series: [
      { metric: "read.milliseconds", label: "Time for a record", statistic: "average", axis: "left", tone: "red" },
      { metric: "read.records", label: "Records", statistic: "per-task", axis: "right", tone: "green" },
    ],
    explanation: "How long the source takes to give the next record, and how many each task gets.",
  },
  enqueue: {
    title: "Enqueue",
    dashboard: "details",
    stage: "readers",
    series: [{ metric: "enqueue.milliseconds", label: "Wait", statistic: "average", axis: "left" }],
    explanation: "How long the reader waits to hand a record on. When it is high, a stage behind is slower.",
  },
  inference: {
    title: "Inference",
    dashboard: "details",
    stage: "compute",
    series: [
      { metric: "inference.milliseconds", label: "Time of a call", statistic: "average", axis: "left" },
      { metric: "inference.milliseconds", label: "Calls", statistic: "samples", axis: "right" },
      { metric: "inference.stand-ins", label: "Of them stand-ins", statistic: "sum", axis: "right" },
    ],
    explanation:
      "Calls to the model: how long one takes, and how many there are. A stand-in answers on the local cloud, where no model runs: its vectors are no model's.",
    onlyWithModel: true,
  },
  transcoded: {
    title: "Transcoded records",
    dashboard: "details",
    stage: "compute",
    series: [{ metric: "records.transcoded", label: "Records", statistic: "sum", axis: "left" }],
    explanation:
      "Records with bytes that are no UTF-8. A Lambda function that speaks the published protocol only gets U+FFFD in their place.",
  },
  queueWait: {
    title: "Queue wait",
    dashboard: "details",
    stage: "writers",
    series: [{ metric: "queue-wait.milliseconds", label: "Wait", statistic: "average", axis: "left" }],
    explanation: "How long documents wait for the writer. When it is high, raise the target's scale.",
  },
  dequeue: {
    title: "Dequeue",
    dashboard: "details",
    stage: "writers",
    series: [{ metric: "dequeue.milliseconds", label: "Wait", statistic: "average", axis: "left" }],
    explanation: "How long the writer waits for work. When it is high, reading or compute is the slower part.",
  },
  preprocess: {
    title: "Pre-processing",
    dashboard: "details",
    stage: "writers",
    series: [{ metric: "prepare.milliseconds", label: "Time for a document", statistic: "average", axis: "left" }],
    explanation:
      "Serialising a document for the target. Archiving error records does not count. Expect less than 5 ms.",
  },
  write: {
    title: "Write",
    dashboard: "details",
    stage: "writers",
    series: [
      { metric: "write.milliseconds", label: "Time of a call", statistic: "average", axis: "left", tone: "red" },
      { metric: "write.records", label: "Records", statistic: "per-task", axis: "right", tone: "green" },
    ],
    explanation: "Time of one batch call to the target, or of one message where the target takes no batches.",
  },
  taskBytes: {
    title: "Bytes",
    dashboard: "details",
    stage: "writers",
    series: [
      { metric: "bytes.read", label: "Read", statistic: "per-task", axis: "left" },
      { metric: "bytes.written", label: "Written", statistic: "per-task", axis: "right" },
    ],
    explanation: "Throughput of one task in a minute: from the source, and to the target.",
  },
  total: {
    title: "Total",
    dashboard: "details",
    stage: "overall",
    series: [
      { metric: "total.milliseconds", label: "Time for a record", statistic: "average", axis: "left", tone: "red" },
      { metric: "total.records", label: "Records", statistic: "per-task", axis: "right", tone: "green" },
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

/** One metric of one minute over tasks: what a query has after grouping by task and then by minute. */
export interface Aggregate {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Tasks that measured in the minute. */
  readonly tasks: number;
  /** Sum over tasks of each task's sum / count. */
  readonly sumOfTaskAverages: number;
}

/** The value a chart draws, in the series' unit, or null where nothing was measured: a gap. */
export function chartValue(series: ChartSeries, aggregate: Aggregate | undefined): number | null {
  if (!aggregate || aggregate.count === 0 || aggregate.tasks === 0) return null;
  return measuredValue(series.statistic, aggregate) / divisors[unitOf(series)];
}

function measuredValue(statistic: Statistic, aggregate: Aggregate): number {
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
    case "per-task":
      return aggregate.sum / aggregate.tasks;
    case "task-average":
      return aggregate.sumOfTaskAverages / aggregate.tasks;
  }
}
