import { callsAtOnce } from "@letsdata/compute/lambda-and-sagemaker/embed";
import type { Trial } from "@letsdata/compute/trial";
import { concurrencyOf, type DatasetConfig, timeoutSecondsOf } from "@letsdata/dataset/dataset-config";
import { type CostEstimate, estimateCost, estimateHourlyCost, secondsInAll } from "@letsdata/dataset/estimate-cost";
import type { SourceAmount } from "@letsdata/plugin-kit/connector";
import { measureTrial } from "./measure-trial.ts";
import { sentencesOfWork } from "./sentences-of-work.ts";

/** What one task does besides handling: its start, calls and checkpoints. */
const overheadSecondsPerTask = 1;
/** Stored bytes of an object that a task reads in a second when its handler costs nothing. */
const objectBytesPerSecond = 20_000_000;

/** What cannot be known before the work is done, and why: a sentence for people. */
export interface NotKnown {
  readonly what: "records" | "bytes" | "time";
  readonly reason: string;
}

export interface WorkEstimate extends CostEstimate {
  readonly tasks: number;
  readonly tasksAtOnce: number;
  readonly records: number | null;
  readonly bytes: number | null;
  readonly secondsPerTask: number | null;
  /** Until the last task ends; null where it is not known. */
  readonly seconds: number | null;
  /** A whole run where its time is known, else an hour of running. */
  readonly costPer: "run" | "hour";
  readonly notKnown: readonly NotKnown[];
  readonly basis: readonly string[];
}

/** Tasks, time and cost, from what the source says of itself and what the trial measured. */
export function estimateWork(
  config: DatasetConfig,
  tasks: number,
  amount: SourceAmount,
  trial: Pick<Trial, "read" | "records">,
): WorkEstimate {
  const measured = measureTrial(trial);
  const { records, bytes } = wholeSource(amount, trial.read);
  const fromObjects = config.readConnector.connectorDestination === "S3";
  // A call with the texts of many records is taken to last as much longer: what a task gains is that it keeps several under way.
  const inModel = (measured.modelSecondsPerRecord ?? 0) / callsAtOnce;
  const inCompute = measured.handlerSecondsPerRecord === null ? null : measured.handlerSecondsPerRecord + inModel;
  const secondsPerRecord = fromObjects ? inCompute : slower(inCompute, measured.readSecondsPerRecord);
  const handling = records === 0 ? 0 : times(records, secondsPerRecord);
  const reading = fromObjects ? (bytes ?? 0) / objectBytesPerSecond : 0;
  const workSeconds = handling === null ? null : handling + reading;
  const secondsPerTask =
    amount.goesOn !== null || workSeconds === null
      ? null
      : overheadSecondsPerTask + amount.idleSecondsPerTask + workSeconds / tasks;
  const written = records === null ? null : Math.round(records * measured.writtenBytesPerRecord);
  const common = { tasks, tasksAtOnce: Math.min(tasks, concurrencyOf(config.computeEngine)), records, bytes };
  const notKnown = [
    ...(records === null ? [{ what: "records" as const, reason: amount.whyNoRecords ?? noRecordTried }] : []),
    ...(bytes === null ? [{ what: "bytes" as const, reason: amount.whyNoRecords ?? noRecordTried }] : []),
    ...(secondsPerTask === null ? [{ what: "time" as const, reason: whyNoTime(amount, records) }] : []),
  ];
  const basis = [
    ...amount.basis,
    ...sentencesOfWork({ config, amount, measured, secondsPerRecord, fromObjects, ...common, workSeconds }),
  ];
  if (secondsPerTask === null) {
    const hourly = estimateHourlyCost(config, tasks);
    return { ...common, secondsPerTask, seconds: null, costPer: "hour", notKnown, basis, ...hourly };
  }
  if (secondsPerTask > timeoutSecondsOf(config.computeEngine)) {
    basis.push(
      "A task takes longer than its time-out: it will run in several attempts, each from the last checkpoint.",
    );
  }
  const whole = estimateCost(config, { tasks, secondsPerTask, bytesRead: bytes ?? 0, bytesWritten: written ?? 0 });
  const seconds = secondsInAll(config, { tasks, secondsPerTask });
  return { ...common, secondsPerTask, seconds, costPer: "run", notKnown, basis, ...whole };
}

const noRecordTried = "The trial came to no record to measure it by.";

/** Records from bytes or bytes from records, by what a record of the trial was like. */
function wholeSource({ records, bytes }: SourceAmount, read: Trial["read"]) {
  const bytesPerRecord = read.records === 0 || read.storedBytes === 0 ? null : read.storedBytes / read.records;
  const round = (value: number | null) => (value === null ? null : Math.round(value));
  return {
    records: round(records ?? (bytesPerRecord === null ? null : times(bytes, 1 / bytesPerRecord))),
    bytes: round(bytes ?? (records === 0 ? 0 : times(records, bytesPerRecord))),
  };
}

function whyNoTime({ goesOn }: SourceAmount, records: number | null): string {
  return goesOn ?? (records === null ? "It follows from the number of records, which is not known." : noRecordTried);
}

/** Reading and handling go side by side: a task is as fast as the slower of them. */
function slower(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

function times(amount: number | null, each: number | null): number | null {
  return amount === null || each === null ? null : amount * each;
}
