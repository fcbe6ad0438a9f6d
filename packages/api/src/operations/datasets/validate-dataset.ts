import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { problemCatalogue } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";

export const validateDataset = signedIn.datasets.validate.handler(({ input }) => {
  const parsed = parseDatasetConfig(input);
  const notices = parsed.notices.map((notice) => ({ ...notice }));
  if (parsed.ok) return { valid: true, config: { ...parsed.config }, notices, errors: [] };
  const fix = problemCatalogue.CONFIG_INVALID.fix;
  return { valid: false, config: null, notices, errors: parsed.problems.map((problem) => ({ fix, ...problem })) };
});
