import type { z } from "zod";
import { type DatasetConfig, datasetConfigSchema } from "./dataset-config.ts";
import { type Findings, pathOf } from "./findings.ts";
import { datasetFormSchema } from "./json-schema.ts";
import { nearestName } from "./nearest-name.ts";
import { isObject, type JsonObject, narrow, variants } from "./schema-variants.ts";

type Issue = z.core.$ZodIssue;

/** Validates canonical names and values; reports every problem, also behind a discriminator that is wrong. */
export function validateSchema(config: JsonObject, findings: Findings): DatasetConfig | undefined {
  let work = config;
  const guessed = new Set<string>();
  for (let round = 0; round < 32; round++) {
    const result = datasetConfigSchema.safeParse(work);
    if (result.success) return guessed.size === 0 ? result.data : undefined;
    const wrong = result.error.issues.filter(isDiscriminatorIssue);
    for (const issue of wrong) {
      report(issue, config, findings);
      guessed.add(pathOf(issue.path.slice(0, -1)));
    }
    if (work === config && wrong.length > 0) work = structuredClone(config);
    const settled = wrong.every((issue) => setToBestGuess(work, issue));
    if (wrong.length > 0 && settled) continue;
    for (const issue of result.error.issues)
      if (!isDiscriminatorIssue(issue) && isReal(issue, config, guessed)) report(issue, config, findings);
    return undefined;
  }
  return undefined;
}

type DiscriminatorIssue = Issue & { readonly code: "invalid_union"; readonly options: readonly unknown[] };
function isDiscriminatorIssue(issue: Issue): issue is DiscriminatorIssue {
  return issue.code === "invalid_union" && "options" in issue && Array.isArray(issue.options);
}

/** What is missing behind a guessed discriminator may not be wanted at all, unless every open variant wants it. */
function isReal(issue: Issue, config: JsonObject, guessed: ReadonlySet<string>): boolean {
  if (valueAt(config, issue.path) !== undefined) return true;
  const path = pathOf(issue.path);
  if (isWantedByAll(issue.path, config)) return true;
  return ![...guessed].some((place) => path === place || path.startsWith(`${place}.`));
}

function isWantedByAll(path: readonly PropertyKey[], config: JsonObject): boolean {
  const [component, name, ...deeper] = path;
  if (typeof component !== "string" || typeof name !== "string" || deeper.length > 0) return false;
  const schema = datasetFormSchema().properties?.[component];
  const value = config[component];
  if (!schema || !isObject(value)) return false;
  const { matching } = narrow(variants(schema), value);
  return matching.every((variant) => variant.required?.includes(name));
}

function setToBestGuess(work: JsonObject, issue: DiscriminatorIssue): boolean {
  const holder = valueAt(work, issue.path.slice(0, -1));
  const name = String(issue.path.at(-1));
  if (!isObject(holder)) return false;
  let best: { readonly option: unknown; readonly issues: number } | undefined;
  for (const option of issue.options) {
    if (option === undefined) continue;
    holder[name] = option;
    const tried = datasetConfigSchema.safeParse(work);
    const issues = tried.success ? 0 : tried.error.issues.length;
    if (issues < (best?.issues ?? Number.POSITIVE_INFINITY)) best = { option, issues };
  }
  if (best === undefined) return false;
  holder[name] = best.option;
  return true;
}

function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    config,
  );
}

function report(issue: Issue, config: JsonObject, findings: Findings): void {
  const path = pathOf(issue.path);
  const value = valueAt(config, issue.path);
  const name = path === "" ? "The configuration" : path;
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys)
      findings.problem(pathOf([...issue.path, key]), "UNKNOWN_ATTRIBUTE", `${key.slice(0, 128)} is not an attribute`);
    return;
  }
  const values = allowedBy(issue);
  if (value === undefined) {
    const choice = values === undefined ? "" : ` It is one of ${values.join(", ")}.`;
    findings.problem(path, "REQUIRED", `${name} is missing`, `Add it.${choice}`);
  } else if (values !== undefined) reportChoice(path, value, values, findings);
  else if (issue.code === "invalid_type")
    findings.problem(path, "WRONG_TYPE", `${name} must be ${kindOf(issue.expected)}, not ${kindOf(typeOf(value))}`);
  else if (issue.code === "invalid_key" || issue.code === "invalid_union" || issue.code === "invalid_element")
    findings.problem(path, "INVALID_VALUE", `${name} is not valid`);
  else findings.problem(path, "INVALID_VALUE", `${name} ${wordsOf(issue)}`);
}

function reportChoice(path: string, value: unknown, values: readonly string[], findings: Findings): void {
  const given = typeof value === "string" ? `"${value.slice(0, 128)}"` : kindOf(typeOf(value));
  const nearest = typeof value === "string" ? nearestName(value, values) : undefined;
  findings.problem(
    path,
    "INVALID_VALUE",
    `${path} must be one of ${values.join(", ")}, not ${given}`,
    nearest === undefined ? undefined : `Did you mean ${nearest}?`,
  );
}

function allowedBy(issue: Issue): readonly string[] | undefined {
  if (issue.code === "invalid_value") return issue.values.map(String);
  if (!isDiscriminatorIssue(issue)) return undefined;
  return [...new Set(issue.options.filter((option) => option !== undefined).map(String))];
}

function wordsOf(issue: Issue): string {
  if (issue.code === "too_big" && issue.origin === "string") return `is longer than ${issue.maximum} characters`;
  if (issue.code === "too_small" && issue.origin === "string") return "must not be empty";
  return issue.message.startsWith("Invalid") || issue.message.startsWith("Too") ? "is not valid" : issue.message;
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};
function kindOf(type: string): string {
  return Object.hasOwn(kinds, type) ? kinds[type]! : type;
}
