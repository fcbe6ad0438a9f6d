import { parseDatasetText } from "@letsdata/dataset/parse-dataset-config";
import { repairJson } from "@letsdata/dataset/repair-json";
import { signedIn } from "../authorise.ts";

export const repairDataset = signedIn.datasets.repair.handler(({ input }) => {
  const { text, repairs } = repairJson(input.text);
  const notices = repairs.map(({ line, column, message }) => ({
    path: "",
    message: `${message} (line ${line}, column ${column})`,
  }));
  if (isJson(text)) return { text, notices, errors: [] };
  const parsed = parseDatasetText(input.text);
  return { text: null, notices, errors: parsed.ok ? [] : parsed.problems.map((problem) => ({ ...problem })) };
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
