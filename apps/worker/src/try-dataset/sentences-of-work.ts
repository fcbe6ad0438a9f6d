import { callsAtOnce, textsPerCall } from "@letsdata/compute/lambda-and-sagemaker/embed";
import { concurrencyOf, type DatasetConfig } from "@letsdata/dataset/dataset-config";
import { ownerOf } from "@letsdata/dataset/resource-owners";
import type { SourceAmount } from "@letsdata/plugin-kit/connector";
import type { Measured } from "./measure-trial.ts";

export interface WorkTold {
  readonly config: DatasetConfig;
  readonly amount: SourceAmount;
  readonly measured: Measured;
  readonly secondsPerRecord: number | null;
  /** Objects are read faster than they are handled; other sources are measured. */
  readonly fromObjects: boolean;
  readonly tasks: number;
  readonly records: number | null;
  /** Of all tasks together; null where it is not known. */
  readonly workSeconds: number | null;
}

/** What an estimate rests on, a sentence each, for people. */
export function sentencesOfWork(work: WorkTold): readonly string[] {
  return [
    ...speed(work),
    ...model(work),
    ...endless(work),
    concurrency(work),
    "A trial writes nothing: the target's speed is not in it.",
    "Default prices. Not in the cost: requests, archived error records, log lines and points of charts.",
  ];
}

function speed({ measured, fromObjects, records, tasks }: WorkTold): readonly string[] {
  const { handlerSecondsPerRecord: handler, readSecondsPerRecord: read } = measured;
  if (handler === null) return [];
  const inHandler = `${milliseconds(handler)} each in the handler, as in this trial`;
  if (fromObjects)
    return [`${records === null ? "Records" : `${Math.round(records / tasks)} records in a task`}, ${inHandler}.`];
  if (read === null) return [`Records take ${inHandler}.`];
  return [`Records take ${milliseconds(read)} each to come and ${inHandler}: a task is as fast as the slower.`];
}

function model({ config, measured: { modelSecondsPerRecord: seconds } }: WorkTold): readonly string[] {
  if (ownerOf(config, "endpoint") === "LetsData")
    return ["The model's endpoint is made with the dataset: neither the time nor the cost of its calls is in it."];
  if (seconds === null) return [];
  return [
    `The model took ${milliseconds(seconds)} for the texts of a record; a task keeps ${callsAtOnce} calls under way, each of up to ${textsPerCall} texts.`,
  ];
}

/** Of a source that goes on: how much a task can follow. */
function endless({ amount, secondsPerRecord, tasks, config, workSeconds }: WorkTold): readonly string[] {
  const { goesOn, arrivalsPerSecondMax: most } = amount;
  const told: string[] = [];
  const atOnce = Math.min(tasks, concurrencyOf(config.computeEngine));
  if (secondsPerRecord !== null && secondsPerRecord > 0 && (goesOn !== null || workSeconds === null)) {
    const rate = Math.floor(1 / secondsPerRecord);
    const follows = most === null ? "" : `, and a shard takes in at most ${count(most)}`;
    const verdict =
      most === null ? "" : rate >= most ? ": a task keeps up" : ": a shard that is filled to its limit outruns it";
    told.push(`A task gets through about ${count(rate)} records a second${follows}${verdict}.`);
  }
  if (goesOn !== null && workSeconds !== null) {
    told.push(`What is there now takes about ${duration(workSeconds / atOnce)}.`);
  }
  if (goesOn !== null && tasks > atOnce) {
    told.push(`Only ${atOnce} of the ${tasks} tasks run at once: the others wait until one of them ends.`);
  }
  return told;
}

function concurrency({ config, tasks }: WorkTold): string {
  const allowed = concurrencyOf(config.computeEngine);
  return tasks === 1 ? "One task." : `${Math.min(tasks, allowed)} tasks at once.`;
}

const count = (value: number) => value.toLocaleString("en-US");
const milliseconds = (seconds: number) => `${(seconds * 1_000).toFixed(2)} ms`;

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`;
}
