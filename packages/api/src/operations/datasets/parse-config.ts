import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { Problem } from "@letsdata/plugin-kit/problems";

/** The canonical configuration. Throws CONFIG_INVALID with every finding. */
export function requireConfig(json: unknown): DatasetConfig {
  const parsed = parseDatasetConfig(json);
  if (parsed.ok) return parsed.config;
  const count = parsed.problems.length;
  throw new Problem("CONFIG_INVALID", `The dataset configuration has ${count} problem${count === 1 ? "" : "s"}.`, {
    errors: parsed.problems,
  });
}
