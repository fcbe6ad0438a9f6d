import { describe, expect, it } from "vitest";
import { documentWith } from "./testing/vector-document.ts";
import { inCalls, prepareVectors } from "./vector-items.ts";

const shape = { numDimensions: 2 };
const prepare = (fields: Record<string, unknown>, more: Partial<Parameters<typeof prepareVectors>[2]> = {}) =>
  prepareVectors(documentWith("doc", fields), 4, { ...shape, ...more }, 10, () => null);
const itemsOf = (fields: Record<string, unknown>, more = {}) => {
  const prepared = prepare(fields, more);
  return "code" in prepared ? prepared.code : prepared.payload.map(({ id, vector }) => [id, vector]);
};

describe("a document's vectors", () => {
  it("are lists of the index's length, by name or at top level; a single one has the document's id", () => {
    expect(itemsOf({ vectors: { title: [1, 2] } })).toEqual([["doc", [1, 2]]]);
    expect(itemsOf({ title: [1, 2], other: [1, 2, 3] })).toEqual([["doc", [1, 2]]]);
    expect(itemsOf({ vectors: [1, 2] })).toEqual([["doc", [1, 2]]]);
  });

  it("have their name in their id when there are several, and only the named one is kept when one is named", () => {
    const fields = { vectors: { title: [1, 2], text: [3, 4] }, extra: [5, 6] };
    expect(itemsOf(fields)).toEqual([
      ["doc#extra", [5, 6]],
      ["doc#title", [1, 2]],
      ["doc#text", [3, 4]],
    ]);
    expect(itemsOf(fields, { vectorAttributeName: "text" })).toEqual([["doc", [3, 4]]]);
  });

  it("carry the document's scalar fields", () => {
    const prepared = prepare({ v: [1, 2], page: 7, draft: false, deep: { a: 1 }, none: null });
    expect(prepared).toMatchObject({
      ordinal: 4,
      key: "doc",
      payload: [{ metadata: { documentId: "doc", page: 7, draft: false } }],
    });
  });

  it.each([
    ["of another length", { v: [1, 2, 3] }],
    ["with something else than numbers", { v: [1, "2"] }],
    ["with a number beyond 32-bit floats", { v: [1, 1e39] }],
    ["missing", { text: "no" }],
  ])("are refused when %s", (_, fields) => {
    expect(prepare(fields)).toMatchObject({ code: "INVALID_VECTOR" });
  });

  it("are refused when their id is too long for the target", () => {
    expect(prepare({ vectors: { averyverylongname: [1, 2], b: [1, 2] } })).toMatchObject({
      code: "INVALID_DOCUMENT_KEY",
    });
  });

  it("are sent in calls of at most what the target takes", () => {
    const prepared = [1, 2, 3].map((n) => {
      const one = prepare({ vectors: { a: [n, 0], b: [0, n] } });
      if ("code" in one) throw new Error(one.message);
      return one;
    });
    expect(inCalls(prepared, 4).map((call) => call.length)).toEqual([4, 2]);
  });
});
