import { AwsError } from "../server/aws-error.ts";

type Metadata = Readonly<Record<string, unknown>>;
export type MetadataFilter = (metadata: Metadata) => boolean;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-metadata-filtering.html */
export function parseMetadataFilter(raw: unknown, nonFilterableKeys: readonly string[]): MetadataFilter {
  const conditions = entriesOf(raw).map(([name, wanted]): MetadataFilter => {
    if (name === "$and" || name === "$or") {
      if (!Array.isArray(wanted) || wanted.length === 0) throw invalid(`${name} needs a list of filters`);
      const parts = wanted.map((part) => parseMetadataFilter(part, nonFilterableKeys));
      return name === "$and"
        ? (metadata) => parts.every((part) => part(metadata))
        : (metadata) => parts.some((part) => part(metadata));
    }
    if (name.startsWith("$")) throw invalid(`unknown operator ${name}`);
    if (nonFilterableKeys.includes(name)) throw invalid(`metadata key ${name} is not filterable`);
    const tests = typeof wanted === "object" && wanted !== null ? entriesOf(wanted) : [["$eq", wanted] as const];
    const checks = tests.map(([operator, value]) => testOf(operator, value));
    return (metadata) => checks.every((check) => check(metadata[name]));
  });
  return (metadata) => conditions.every((condition) => condition(metadata));
}

function testOf(operator: string, wanted: unknown): (value: unknown) => boolean {
  const any = (value: unknown, test: (one: unknown) => boolean) =>
    Array.isArray(value) ? value.some(test) : value !== undefined && test(value);
  const list = () => {
    if (!Array.isArray(wanted)) throw invalid(`${operator} needs a list`);
    return wanted as unknown[];
  };
  const bound = () => {
    if (typeof wanted !== "number") throw invalid(`${operator} needs a number`);
    return wanted;
  };
  switch (operator) {
    case "$eq":
      return (value) => any(value, (one) => one === wanted);
    case "$ne":
      return (value) => !any(value, (one) => one === wanted);
    case "$in": {
      const wantedOnes = list();
      return (value) => any(value, (one) => wantedOnes.includes(one));
    }
    case "$nin": {
      const unwanted = list();
      return (value) => !any(value, (one) => unwanted.includes(one));
    }
    case "$exists":
      return (value) => (value !== undefined) === wanted;
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte": {
      const limit = bound();
      return (value) => any(value, (one) => typeof one === "number" && inOrder(operator, one, limit));
    }
    default:
      throw invalid(`unknown operator ${operator}`);
  }
}

function inOrder(operator: "$gt" | "$gte" | "$lt" | "$lte", value: number, limit: number): boolean {
  if (operator === "$gt") return value > limit;
  if (operator === "$gte") return value >= limit;
  return operator === "$lt" ? value < limit : value <= limit;
}

function entriesOf(raw: unknown): [string, unknown][] {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw invalid("expected an object");
  return Object.entries(raw);
}

function invalid(why: string): AwsError {
  return new AwsError("ValidationException", `Invalid filter: ${why}`, 400);
}
