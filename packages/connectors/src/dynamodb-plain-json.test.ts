import { expect, it } from "vitest";
import { plainJson } from "./dynamodb-plain-json.ts";

it("writes plain values without type tags: digits kept, sets as lists, bytes as base64", () => {
  const bytes = Buffer.from([0, 255, 16]);
  const digits = "12345678901234567890123456789012345678";
  const json = plainJson({
    text: { S: 'quote " and ü' },
    number: { N: digits },
    exponent: { N: "1E+30" },
    yes: { BOOL: true },
    nothing: { NULL: true },
    bytes: { B: bytes },
    list: { L: [{ S: "a" }, { N: "0.10" }, { M: {} }] },
    map: { M: { 'in"side': { L: [] } } },
    texts: { SS: ["a", "b"] },
    numbers: { NS: [digits, "2"] },
    blobs: { BS: [bytes] },
  });
  expect(json).toBe(
    `{"text":"quote \\" and ü","number":${digits},"exponent":1E+30,"yes":true,"nothing":null,"bytes":"AP8Q",` +
      `"list":["a",0.10,{}],"map":{"in\\"side":[]},"texts":["a","b"],"numbers":[${digits},2],"blobs":["AP8Q"]}`,
  );
  expect(() => JSON.parse(json)).not.toThrow();
});

it("writes numbers that no JSON may hold as JSON does", () => {
  expect(plainJson({ a: { N: "+007" }, b: { N: ".5" } })).toBe('{"a":7,"b":0.5}');
});
