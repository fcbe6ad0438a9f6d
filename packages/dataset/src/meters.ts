/** What is metered, in which unit, at which default price (product.md §10.3). Prices are editable; there is no base fee. */
export const meterResourceTypes = [
  "READ_CONNECTOR",
  "WRITE_CONNECTOR",
  "ERROR_CONNECTOR",
  "COMPUTE_ENGINE",
  "INTERNAL",
] as const;
export type MeterResourceType = (typeof meterResourceTypes)[number];

export type BilledStatus = "UNBILLED" | "SUBMITTED" | "BILLED" | "NOT_BILLABLE";

export interface Meter {
  readonly resourceType: MeterResourceType;
  readonly meteringDimension: string;
  readonly meteringUnit: string;
  /** Default price of one unit in US dollars: a decimal text, because fractions of a cent matter. */
  readonly defaultPriceUsd: string;
  /** `use`: what was consumed. `recurring`: hours of existence. */
  readonly kind: "use" | "recurring";
  /** How many counted things (bytes, requests, millisecond-megabytes …) make one unit. */
  readonly countsPerUnit: number;
  readonly explanation: string;
}

const gigabyte = 1_000_000_000;
const million = 1_000_000;

export const meters = {
  readBytes: {
    resourceType: "READ_CONNECTOR",
    meteringDimension: "BytesRead",
    meteringUnit: "GB",
    defaultPriceUsd: "0.01",
    kind: "use",
    countsPerUnit: gigabyte,
    explanation: "Bytes taken from the source, as transferred.",
  },
  readRequests: {
    resourceType: "READ_CONNECTOR",
    meteringDimension: "ReadRequests",
    meteringUnit: "million",
    defaultPriceUsd: "0.50",
    kind: "use",
    countsPerUnit: million,
    explanation: "Calls of tasks to the source, repeated ones included.",
  },
  writeBytes: {
    resourceType: "WRITE_CONNECTOR",
    meteringDimension: "BytesWritten",
    meteringUnit: "GB",
    defaultPriceUsd: "0.01",
    kind: "use",
    countsPerUnit: gigabyte,
    explanation: "Bytes sent to the target.",
  },
  writeRequests: {
    resourceType: "WRITE_CONNECTOR",
    meteringDimension: "WriteRequests",
    meteringUnit: "million",
    defaultPriceUsd: "0.50",
    kind: "use",
    countsPerUnit: million,
    explanation: "Calls of tasks to the target, repeated ones included.",
  },
  kinesisShardHours: recurringWrite("KinesisShardHours", "hour", "0.018", "Shards of a stream LetsData made."),
  tableCapacityUnitHours: recurringWrite(
    "TableCapacityUnitHours",
    "hour",
    "0.0008",
    "Provisioned capacity units of a table LetsData made.",
  ),
  writeStorage: recurringWrite("StorageGBMonths", "GB-month", "0.03", "What a target LetsData made holds."),
  brokerHoursSmall: recurringWrite("BrokerHoursSmall", "hour", "0.06", "Brokers of a small Kafka cluster."),
  brokerHoursMedium: recurringWrite("BrokerHoursMedium", "hour", "0.25", "Brokers of a medium Kafka cluster."),
  brokerHoursLarge: recurringWrite("BrokerHoursLarge", "hour", "0.50", "Brokers of a large Kafka cluster."),
  errorBytes: {
    resourceType: "ERROR_CONNECTOR",
    meteringDimension: "BytesWritten",
    meteringUnit: "GB",
    defaultPriceUsd: "0.01",
    kind: "use",
    countsPerUnit: gigabyte,
    explanation: "Bytes of archived error records.",
  },
  errorStorage: {
    resourceType: "ERROR_CONNECTOR",
    meteringDimension: "StorageGBMonths",
    meteringUnit: "GB-month",
    defaultPriceUsd: "0.03",
    kind: "recurring",
    countsPerUnit: 1,
    explanation: "What an error bucket LetsData made holds.",
  },
  computeDuration: {
    resourceType: "COMPUTE_ENGINE",
    meteringDimension: "ComputeDuration",
    meteringUnit: "GB-second",
    defaultPriceUsd: "0.00002",
    kind: "use",
    countsPerUnit: 1,
    explanation: "Time of all attempts, times the memory of a task.",
  },
  inferenceDuration: {
    resourceType: "COMPUTE_ENGINE",
    meteringDimension: "InferenceDuration",
    meteringUnit: "GB-second",
    defaultPriceUsd: "0.00003",
    kind: "use",
    countsPerUnit: 1,
    explanation: "Time of model calls, times the memory of a serverless endpoint.",
  },
  endpointInstanceHours: {
    resourceType: "COMPUTE_ENGINE",
    meteringDimension: "EndpointInstanceHours",
    meteringUnit: "hour",
    defaultPriceUsd: "0.30",
    kind: "recurring",
    countsPerUnit: 1,
    explanation: "Instances of a provisioned endpoint.",
  },
  checkpoints: {
    resourceType: "INTERNAL",
    meteringDimension: "Checkpoints",
    meteringUnit: "million",
    defaultPriceUsd: "1.50",
    kind: "use",
    countsPerUnit: million,
    explanation: "Saved checkpoints.",
  },
  logBytes: {
    resourceType: "INTERNAL",
    meteringDimension: "LogBytes",
    meteringUnit: "GB",
    defaultPriceUsd: "0.60",
    kind: "use",
    countsPerUnit: gigabyte,
    explanation: "Kept log lines: bytes of their text and fields.",
  },
  metricPoints: {
    resourceType: "INTERNAL",
    meteringDimension: "MetricPoints",
    meteringUnit: "million",
    defaultPriceUsd: "0.30",
    kind: "use",
    countsPerUnit: million,
    explanation: "Stored points of charts.",
  },
} as const satisfies Record<string, Meter>;
export type MeterName = keyof typeof meters;

function recurringWrite(meteringDimension: string, meteringUnit: string, defaultPriceUsd: string, explanation: string) {
  return {
    resourceType: "WRITE_CONNECTOR",
    meteringDimension,
    meteringUnit,
    defaultPriceUsd,
    kind: "recurring",
    countsPerUnit: 1,
    explanation,
  } as const satisfies Meter;
}

/** Stripe's lookup key for a meter's price. Dimensions that occur twice are told apart by their resource. */
export function priceLookupKey(name: MeterName): string {
  const meter: Meter = meters[name];
  const twice = Object.values(meters).filter((other) => other.meteringDimension === meter.meteringDimension).length > 1;
  const suffix = twice && meter.resourceType === "ERROR_CONNECTOR" ? "_error" : "";
  return `letsdata_${meter.meteringDimension}${suffix}`;
}

/**
 * The id of a usage record. It follows from what is metered and when, so metering twice adds nothing.
 * Times in epoch milliseconds.
 */
export function usageIdText(usage: {
  readonly datasetId: string;
  readonly taskId: string | null;
  readonly resource: string;
  readonly meter: MeterName;
  readonly eventStartTime: number;
}): string {
  return [usage.datasetId, usage.taskId ?? "", usage.meter, usage.resource, usage.eventStartTime].join(":");
}
