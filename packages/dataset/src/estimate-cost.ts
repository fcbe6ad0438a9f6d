import { concurrencyOf, type DatasetConfig, memoryMegabytesOf } from "./dataset-config.ts";
import { type Meter, type MeterName, meters } from "./meters.ts";

/** What is known or assumed of the work before it is done. */
export interface ExpectedWork {
  readonly tasks: number;
  /** Bytes in the source, as stored; 0 if unknown. */
  readonly bytes: number;
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
  /** Time until the last task ends when `concurrency` run at once. */
  readonly seconds: number;
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
}

/** A rough estimate for the review step; prices by meter in US dollars replace the defaults. */
export function estimateCost(
  config: DatasetConfig,
  work: ExpectedWork,
  prices: Readonly<Partial<Record<MeterName, string>>> = {},
): CostEstimate {
  const seconds = Math.ceil(work.tasks / concurrencyOf(config.computeEngine)) * work.secondsPerTask;
  const gigabytes = work.bytes / 1e9;
  const gigabyteSeconds = (work.tasks * work.secondsPerTask * memoryMegabytesOf(config.computeEngine)) / 1024;
  const quantities: Partial<Record<MeterName, number>> = {
    readBytes: gigabytes,
    writeBytes: gigabytes,
    computeDuration: gigabyteSeconds,
    checkpoints: (work.tasks * Math.max(1, work.secondsPerTask / 10)) / 1e6,
  };
  const write = config.writeConnector;
  if (write.connectorDestination === "KINESIS" && write.resourceLocation === "LetsData")
    quantities.kinesisShardHours = write.kinesisShardCount * Math.max(1, Math.ceil(seconds / 3600));
  const lines = (Object.entries(quantities) as [MeterName, number][]).map(([meter, quantity]) => ({
    meter,
    quantity,
    unit: (meters[meter] as Meter).meteringUnit,
    costUsd: quantity * Number(prices[meter] ?? meters[meter].defaultPriceUsd),
  }));
  return { seconds, lines, totalUsd: lines.reduce((total, line) => total + line.costUsd, 0) };
}
