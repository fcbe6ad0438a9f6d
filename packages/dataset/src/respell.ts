import { applyAcceptedSpellings } from "./accepted-spellings.ts";
import { canonicaliseValues } from "./canonical-values.ts";
import { Findings, type Notice } from "./findings.ts";
import { datasetFormSchema } from "./json-schema.ts";
import { isObject } from "./schema-variants.ts";

export interface Respelled {
  readonly value: unknown;
  readonly notices: readonly Notice[];
}

/**
 * The same configuration in canonical names and values, so that a form can show it; attributes it does not know stay.
 * Where two spellings contradict each other nothing is changed: a person has to choose.
 */
export function respellDatasetConfig(value: unknown): Respelled {
  if (!isObject(value)) return { value, notices: [] };
  const copy = structuredClone(value);
  const findings = new Findings();
  applyAcceptedSpellings(copy, findings);
  if (findings.problems.length > 0) return { value, notices: [] };
  canonicaliseValues(copy, datasetFormSchema());
  return { value: copy, notices: findings.notices };
}
