import { respellDatasetConfig } from "@letsdata/dataset/respell";
import { readDraft } from "../../config-form/read-draft.ts";
import type { Notice } from "./changed-for-you.tsx";
import { repairText } from "./repair-text.ts";

/** The text as the form needs it: mended where it is nearly JSON, in canonical names, and every change of it said. */
export function canonicalText(text: string): { readonly text: string; readonly notices: readonly Notice[] } {
  if (text.trim() === "") return { text, notices: [] };
  const repaired = readDraft(text).syntaxProblems.length > 0 ? repairText(text) : { text, notices: [] };
  const draft = readDraft(repaired.text);
  if (draft.syntaxProblems.length > 0) return { text, notices: [] };
  const { value, notices } = respellDatasetConfig(draft.value);
  const changed = JSON.stringify(value) !== JSON.stringify(draft.value);
  return {
    text: changed ? JSON.stringify(value, null, 2) : repaired.text,
    notices: [...repaired.notices, ...notices],
  };
}
