import { type Meter, type MeterName, meters, priceLookupKey } from "@letsdata/dataset/meters";
import { table } from "./markdown.ts";

export function metersPage(): string {
  const all = Object.entries(meters) as readonly (readonly [MeterName, Meter])[];
  return [
    "# Meters",
    "",
    "Generated from `packages/dataset/src/meters.ts`. Prices are defaults and can be edited; there is no base fee.",
    "",
    "`BytesRead`, the `BytesWritten` of the write connector, `ComputeDuration` and `InferenceDuration` have a record of each attempt of a task, made as it ends. Other meters of the kind `use` have",
    "records of the dataset, made once an hour while it runs and at the end of a run; the last log lines follow within a minute. Their resource is `LetsData` where it is no connector.",
    "",
    table(
      ["resource type", "dimension", "unit", "default price (USD)", "kind", "what", "price lookup key"],
      all.map(([name, meter]) => [
        `\`${meter.resourceType}\``,
        `\`${meter.meteringDimension}\``,
        meter.meteringUnit,
        meter.defaultPriceUsd,
        meter.kind,
        meter.explanation,
        `\`${priceLookupKey(name)}\``,
      ]),
    ),
    "",
  ].join("\n");
}
