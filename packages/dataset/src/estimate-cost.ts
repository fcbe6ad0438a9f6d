import { writeConnectorEntry } from "@letsdata/connectors/config-catalogue";
import { concurrencyOf, type DatasetConfig, memoryMegabytesOf } from "./dataset-config.ts";
import { type Meter, type MeterName, meters } from "./meters.ts";

/** What is known or assumed of the work before it is done. */
export interface ExpectedWork {
  readonly tasks: number;
  /** In the whole source, as stored. */
  readonly bytesRead: number;
  /** Of all documents. */
  readonly bytesWritten: number;
  /** Time one task takes, measured or assumed. */
  readonly secondsPerTask: number;
}

export interface CostLine {
  readonly meter: MeterName;
  readonly quantity: number;
  readonly unit: string;
  /** US dollars; a rough number for people, never for invoices. */
  readonly costUsd: number;
}

export interface CostEstimate {
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
}

type Prices = Readonly<Partial<Record<MeterName, string>>>;
type Quantities = Partial<Record<MeterName, number>>;

const secondsPerHour = 3_600;
/** A task saves its place about so often. */
const secondsPerCheckpoint = 10;

/** Time until the last task ends when `concurrency` run at once. */
export function secondsInAll(
  config: DatasetConfig,
  { tasks, secondsPerTask }: Omit<ExpectedWork, "bytesRead" | "bytesWritten">,
): number {
  return Math.ceil(tasks / concurrencyOf(config.computeEngine)) * secondsPerTask;
}

/** A rough estimate of a run that ends; prices by meter in US dollars replace the defaults. */
export function estimateCost(config: DatasetConfig, work: ExpectedWork, prices: Prices = {}): CostEstimate {
  const { tasks, secondsPerTask } = work;
  const hours = Math.max(1, Math.ceil(secondsInAll(config, work) / secondsPerHour));
  const quantities: Quantities = {
    readBytes: work.bytesRead / meters.readBytes.countsPerUnit,
    writeBytes: work.bytesWritten / meters.writeBytes.countsPerUnit,
    ...computing(config, tasks * secondsPerTask),
    checkpoints: (tasks * Math.max(1, secondsPerTask / secondsPerCheckpoint)) / meters.checkpoints.countsPerUnit,
    ...standing(config, hours),
  };
  return priced(quantities, prices);
}

/** What an hour costs while as many of the tasks run as may at once, without what they read and write. */
export function estimateHourlyCost(config: DatasetConfig, tasks: number, prices: Prices = {}): CostEstimate {
  const atOnce = Math.min(tasks, concurrencyOf(config.computeEngine));
  const quantities: Quantities = {
    ...computing(config, atOnce * secondsPerHour),
    checkpoints: (atOnce * secondsPerHour) / secondsPerCheckpoint / meters.checkpoints.countsPerUnit,
    ...standing(config, 1),
  };
  return priced(quantities, prices);
}

function computing({ computeEngine }: DatasetConfig, taskSeconds: number): Quantities {
  return { computeDuration: (taskSeconds * memoryMegabytesOf(computeEngine)) / 1024 };
}

/** What LetsData makes and what costs by the hour, used or not. */
function standing({ writeConnector: write, computeEngine: engine }: DatasetConfig, hours: number): Quantities {
  const quantities: Quantities = {};
  if (write.resourceLocation === "LetsData") {
    // The entry is the one of the configuration's shape; the compiler cannot follow that.
    const hourly: Quantities = writeConnectorEntry(write.connectorDestination).hourly?.(write as never) ?? {};
    for (const [meter, units] of Object.entries(hourly)) quantities[meter as MeterName] = units * hours;
  }
  if (engine.computeEngineType === "LAMBDA_AND_SAGEMAKER") {
    const { endpoint } = engine;
    if (endpoint.sagemakerEndpointResourceLocation === "LetsData" && endpoint.sagemakerEndpointType === "Provisioned") {
      quantities.endpointInstanceHours = endpoint.sagemakerProvisioned.instanceCount * hours;
    }
  }
  return quantities;
}

function priced(quantities: Quantities, prices: Prices): CostEstimate {
  const lines = (Object.entries(quantities) as [MeterName, number][]).map(([meter, quantity]) => ({
    meter,
    quantity,
    unit: (meters[meter] as Meter).meteringUnit,
    costUsd: quantity * Number(prices[meter] ?? meters[meter].defaultPriceUsd),
  }));
  return { lines, totalUsd: lines.reduce((total, line) => total + line.costUsd, 0) };
}
