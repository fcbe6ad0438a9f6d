import type { ExtractedTexts } from "./vectors-handler.ts";

export const extractMethod = "extractDocumentElementsForVectorization";
export const constructMethod = "constructVectorDoc";

/** What `extractDocumentElementsForVectorization` returned, as texts by name. An empty map is none to turn into vectors. */
export function textsOf(returned: unknown): ExtractedTexts {
  const map: unknown = returned instanceof Map ? Object.fromEntries(returned) : returned;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    return invalid(`${extractMethod} returned ${nameOf(map)} instead of a map of texts by name.`);
  }
  const wrong = Object.entries(map).find(([, text]) => typeof text !== "string");
  if (wrong)
    return invalid(`${extractMethod} returned ${nameOf(wrong[1])} for ${wrong[0]}; only texts become vectors.`);
  return { kind: "texts", texts: map as Readonly<Record<string, string>> };
}

function invalid(message: string): ExtractedTexts {
  return { kind: "invalid", code: "INVALID_DOCUMENT", message };
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "a list" : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
