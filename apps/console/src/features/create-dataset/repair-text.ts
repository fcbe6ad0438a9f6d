import { repairJson } from "@letsdata/dataset/repair-json";

export interface RepairedText {
  readonly text: string;
  readonly notices: readonly { readonly path: string; readonly message: string }[];
}

/** Mends nearly-JSON and says what was mended, by line. */
export function repairText(text: string): RepairedText {
  const repaired = repairJson(text);
  return {
    text: repaired.text,
    notices: repaired.repairs.map(({ line, message }) => ({ path: `Line ${line}`, message })),
  };
}
