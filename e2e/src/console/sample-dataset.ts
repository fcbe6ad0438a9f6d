import { readFileSync } from "node:fs";
import { join } from "node:path";

const samplesDir = join(import.meta.dirname, "../../../samples/datasets");

export function sampleText(name: string): string {
  return readFileSync(join(samplesDir, `${name}.json`), "utf8");
}

/** A sample's configuration under another name, with other values at the top level. */
export function sampleConfig(
  name: string,
  changes: Readonly<Record<string, unknown>> & { readonly datasetName: string },
): Record<string, unknown> {
  return { ...(JSON.parse(sampleText(name)) as Record<string, unknown>), ...changes };
}
