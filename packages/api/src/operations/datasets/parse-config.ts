import { type Runtimes, unavailableParts } from "@letsdata/dataset/availability";
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

/** As `requireConfig`, and this installation can run it. Throws CONFIG_INVALID with NOT_AVAILABLE_LOCALLY findings too. */
export function requireRunnableConfig(json: unknown, runtimes: Runtimes): DatasetConfig {
  const config = requireConfig(json);
  const missing = unavailableParts(config, runtimes);
  if (missing.length === 0) return config;
  throw new Problem("CONFIG_INVALID", "This installation cannot run the dataset.", { errors: missing });
}
