import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { applyAcceptedSpellings } from "./accepted-spellings.ts";
import { canonicaliseValues } from "./canonical-values.ts";
import { checkCrossFieldRules } from "./cross-field-rules.ts";
import type { DatasetConfig } from "./dataset-config.ts";
import { Findings, type Notice } from "./findings.ts";
import { datasetFormSchema } from "./json-schema.ts";
import { configurationBytesMax, plainCopy } from "./plain-json.ts";
import { type JsonRepair, placeOf, repairJson } from "./repair-json.ts";
import { validateSchema } from "./schema-problems.ts";
import { isObject } from "./schema-variants.ts";
import { removeUnknownAttributes } from "./unknown-attributes.ts";

export type ParsedDatasetConfig =
  | { readonly ok: true; readonly config: DatasetConfig; readonly notices: readonly Notice[] }
  | { readonly ok: false; readonly problems: readonly ProblemDetail[]; readonly notices: readonly Notice[] };

/**
 * Takes any JSON value and gives the canonical configuration, or every problem with its path. Never throws.
 * `notices` name what was respelled or left out. Parsing a canonical configuration gives it back.
 */
export function parseDatasetConfig(json: unknown): ParsedDatasetConfig {
  const findings = new Findings();
  const copy = plainCopy(json, findings);
  if (!isObject(copy)) {
    findings.problem("", "WRONG_TYPE", "A dataset configuration is a JSON object");
    return { ok: false, problems: findings.problems, notices: [] };
  }
  if (findings.problems.some((problem) => problem.code === "TOO_LARGE") || isTooLarge(copy)) {
    if (findings.problems.every((problem) => problem.code !== "TOO_LARGE"))
      findings.problem("", "TOO_LARGE", "The configuration is larger than 1 MiB", "Put a long manifest into S3.");
    return { ok: false, problems: findings.problems, notices: [] };
  }
  const schema = datasetFormSchema();
  applyAcceptedSpellings(copy, findings);
  canonicaliseValues(copy, schema);
  removeUnknownAttributes(copy, schema, findings);
  const config = validateSchema(copy, findings);
  checkCrossFieldRules(copy, findings);
  if (config !== undefined && findings.problems.length === 0) return { ok: true, config, notices: findings.notices };
  return { ok: false, problems: firstOfEachPath(findings.problems), notices: findings.notices };
}

function isTooLarge(copy: unknown): boolean {
  let text: string;
  try {
    text = JSON.stringify(copy);
  } catch {
    return true;
  }
  return text.length > configurationBytesMax || new TextEncoder().encode(text).length > configurationBytesMax;
}

/** One finding a place and code says enough, but every bad line of a manifest is listed. */
function firstOfEachPath(problems: readonly ProblemDetail[]): readonly ProblemDetail[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = problem.code === "MANIFEST_INVALID" ? problem.message : `${problem.path} ${problem.code}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export type ParsedDatasetText = ParsedDatasetConfig & { readonly repairs: readonly JsonRepair[] };

/** As `parseDatasetConfig`, from text a person pasted: mends comments and commas first, and says so. */
export function parseDatasetText(text: string): ParsedDatasetText {
  if (text.length > 2 * configurationBytesMax)
    return {
      ok: false,
      problems: [{ path: "", code: "TOO_LARGE", message: "The configuration is larger than 1 MiB" }],
      notices: [],
      repairs: [],
    };
  const repaired = repairJson(text);
  let json: unknown;
  try {
    json = JSON.parse(repaired.text);
  } catch (thrown) {
    return { ok: false, problems: [syntaxProblem(repaired.text, thrown)], notices: [], repairs: repaired.repairs };
  }
  return { ...parseDatasetConfig(json), repairs: repaired.repairs };
}

function syntaxProblem(text: string, thrown: unknown): ProblemDetail {
  const offset = Number(/position (\d+)/.exec(thrown instanceof Error ? thrown.message : "")?.[1] ?? text.length);
  const { line, column } = placeOf(text, offset);
  return {
    path: "",
    code: "INVALID_JSON",
    message: `This is not JSON: look at line ${line}, column ${column}`,
    fix: "Every brace, bracket and quotation mark needs its partner.",
  };
}
