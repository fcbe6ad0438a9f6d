import { type Meter, type MeterName, meters, priceLookupKey } from "@letsdata/dataset/meters";
import { table } from "./markdown.ts";

export function metersPage(): string {
  const all = Object.entries(meters) as readonly (readonly [MeterName, Meter])[];
  return [
    "# Meters",
    "",
    "Generated from `packages/dataset/src/meters.ts`. Prices are defaults and can be edited; there is no base fee.",
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
