import { readConnectorOf } from "@letsdata/access/connector-runtimes";
import type { TrialRequest } from "@letsdata/compute/trial";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { PlannedWork } from "./plan-work.ts";

/** What a trial of the planned tasks reads; without a say of the connector the first task as it is planned. */
export function readingsOfWork(config: DatasetConfig, work: PlannedWork, now: number): TrialRequest["readings"] {
  const planned = work.beginning.map(({ readerDefinition }) => readerDefinition);
  const readings = readConnectorOf(config).trialReadings?.(planned, now) as TrialRequest["readings"] | undefined;
  if (readings) return readings;
  const { readerDefinition: definition, position } = work.first;
  const names = Object.values((definition.fileNames ?? {}) as Readonly<Record<string, string>>);
  const item = names.length > 0 ? names.join(", ") : position;
  return [{ definition, item, notice: null, whenEmpty: `${item} gave no record` }];
}
