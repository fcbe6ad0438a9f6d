import { unavailableParts } from "@letsdata/dataset/availability";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { problemCatalogue } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";

export const validateDataset = signedIn.datasets.validate.handler(({ context, input }) => {
  const parsed = parseDatasetConfig(input);
  const notices = parsed.notices.map((notice) => ({ ...notice }));
  if (parsed.ok) {
    const errors = unavailableParts(parsed.config, context.dependencies.cloud.runtimes).map((problem) => ({
      ...problem,
    }));
    return { valid: errors.length === 0, config: { ...parsed.config }, notices, errors };
  }
  const fix = problemCatalogue.CONFIG_INVALID.fix;
  return { valid: false, config: null, notices, errors: parsed.problems.map((problem) => ({ fix, ...problem })) };
});
