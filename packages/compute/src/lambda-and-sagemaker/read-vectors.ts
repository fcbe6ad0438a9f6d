import { Problem } from "@letsdata/plugin-kit/problems";

export type Vector = readonly number[];

/**
 * The vectors in an endpoint's answer (product.md §8.2), one for each of `count` texts and all of one length: a list of vectors, or one
 * in `vectors` or `embeddings`. Where an item is a list of token vectors, their mean stands for the text. Throws Problem
 * INFERENCE_FAILED that names the endpoint and what came instead.
 */
export function readVectors(answer: string, count: number, endpoint: string): readonly Vector[] {
  const wrong = (came: string): Problem =>
    new Problem("INFERENCE_FAILED", `The endpoint ${endpoint} answered ${came} for ${count} texts.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer);
  } catch {
    throw wrong(`what is no JSON (${shown(answer)})`);
  }
  const list = listIn(parsed);
  if (list === null) throw wrong(`${shapeOf(parsed)} without vectors`);
  if (list.length !== count) throw wrong(`${list.length} vectors`);
  const vectors = list.map((item, place) => {
    const vector = vectorOf(item);
    if (vector === null) throw wrong(`${shapeOf(item)} instead of vector ${place + 1}`);
    return vector;
  });
  const length = vectors[0]?.length;
  const other = vectors.find((vector) => vector.length !== length);
  if (other) throw wrong(`vectors of ${length} and of ${other.length} numbers`);
  return vectors;
}

function listIn(parsed: unknown): readonly unknown[] | null {
  if (Array.isArray(parsed)) return parsed;
  if (typeof parsed !== "object" || parsed === null) return null;
  const { vectors, embeddings } = parsed as Readonly<Record<string, unknown>>;
  const list = vectors ?? embeddings;
  return Array.isArray(list) ? list : null;
}

function vectorOf(item: unknown): Vector | null {
  if (isVector(item)) return item;
  if (!Array.isArray(item)) return null;
  // A pipeline of transformers answers each text as a batch of one.
  const tokens: unknown = item.length === 1 && Array.isArray(item[0]) && Array.isArray(item[0][0]) ? item[0] : item;
  if (!Array.isArray(tokens) || !tokens.every(isVector)) return null;
  const [first, ...others] = tokens;
  if (!first || others.some((token) => token.length !== first.length)) return null;
  return first.map((_, n) => tokens.reduce((sum, token) => sum + (token[n] ?? 0), 0) / tokens.length);
}

function isVector(value: unknown): value is Vector {
  return Array.isArray(value) && value.length > 0 && value.every((number) => Number.isFinite(number));
}

function shapeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) {
    const odd = value.find((item) => !Number.isFinite(item));
    if (value.length === 0) return "an empty list";
    return odd === undefined
      ? `a list of ${value.length} numbers`
      : `a list of ${value.length} with ${Array.isArray(odd) ? "lists" : shown(String(odd))} in it`;
  }
  if (typeof value === "object") return `an object of ${Object.keys(value).slice(0, 5).join(", ") || "nothing"}`;
  return `the ${typeof value} ${shown(String(value))}`;
}

function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
