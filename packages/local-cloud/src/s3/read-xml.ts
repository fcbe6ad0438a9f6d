import { XMLParser } from "fast-xml-parser";
import { AwsError } from "../server/aws-error.ts";

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: { enabled: true, maxTotalExpansions: 100_000 },
});

/** The members of the document's root element; every value is a string, an object or an array of them. */
export function readXml(text: string, root: string): Record<string, unknown> {
  const malformed = () =>
    new AwsError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
      400,
    );
  let parsed: unknown;
  try {
    parsed = parser.parse(text, true);
  } catch {
    throw malformed();
  }
  const value = asObject(asObject(parsed)[root]);
  if (asObject(parsed)[root] === undefined) throw malformed();
  return value;
}

export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function asList(value: unknown): Record<string, unknown>[] {
  return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(asObject);
}
