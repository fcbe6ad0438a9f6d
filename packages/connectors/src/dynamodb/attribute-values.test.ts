import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import { describe, expect, it } from "vitest";
import { plainJson } from "../dynamodb-plain-json.ts";
import { attributesOf, itemBytes, keyText } from "./attribute-values.ts";

function documentOf(body: string, fields: Readonly<Record<string, unknown>> = JSON.parse(body)): OutputDocument {
  return { documentId: "d", partitionKey: "d", recordType: null, body, fields: () => fields };
}
const nested = (levels: number): string => (levels === 0 ? "1" : `[${nested(levels - 1)}]`);

describe("a document's fields as attributes", () => {
  it("come back as the same plain values", () => {
    const body = '{"text":"ü","list":[1,null,"x",{"deep":true}],"none":null,"number":-1.5,"empty":"","map":{}}';
    expect(plainJson(attributesOf(documentOf(body)))).toBe(body);
  });

  it("keep digits that a double would lose", () => {
    const body = '{"id":1234567890123456789,"share":0.12345678901234567891,"small":7}';
    expect(plainJson(attributesOf(documentOf(body)))).toBe(body);
  });

  it.each(["98765432.123456789", "-1.2345678901234567", "12345678901234567.8", "1.234567890123456789e5"])(
    "keep digits that a double would lose on both sides of the point: %s",
    (number) => {
      expect(attributesOf(documentOf(`{"n":${number}}`))).toEqual({ n: { N: number } });
    },
  );

  it("are what fields() says when the body is no JSON object", () => {
    const fields = { documentId: "d", document: "raw 12345678901234567890" };
    expect(plainJson(attributesOf(documentOf("raw 12345678901234567890", fields)))).toBe(JSON.stringify(fields));
  });

  it.each([
    ["a number with too many digits", `{"a":${"1".repeat(39)}}`],
    ["a number too large", '{"a":1e126}'],
    ["a number too small", '{"a":1e-131}'],
    ["a name that is empty", '{"":1}'],
    ["nesting that is too deep", `{"a":${nested(33)}}`],
  ])("are refused with %s", (_, body) => {
    expect(() => attributesOf(documentOf(body))).toThrow(/^(a is|an attribute)/);
  });

  it.each([`{"a":${"1".repeat(38)}}`, '{"a":9.9e125}', '{"a":1e-130}', '{"a":0}', `{"a":${nested(31)}}`])(
    "are taken up to DynamoDB's limits: %s",
    (body) => {
      expect(() => attributesOf(documentOf(body))).not.toThrow();
    },
  );
});

describe("the size of an item", () => {
  it("is counted as DynamoDB counts it", () => {
    expect(itemBytes({ id: { S: "üb" } })).toBe(2 + 3);
    expect(itemBytes({ n: { N: "1234500" } })).toBe(1 + 3 + 1);
    expect(itemBytes({ n: { N: "-0.005" } })).toBe(1 + 1 + 1 + 1);
    expect(itemBytes({ n: { N: "0" } })).toBe(1 + 1);
    expect(itemBytes({ b: { B: Buffer.alloc(5) }, y: { BOOL: true }, z: { NULL: true } })).toBe(6 + 2 + 2);
    expect(itemBytes({ l: { L: [{ S: "ab" }, { BOOL: false }] } })).toBe(1 + 3 + (1 + 2) + (1 + 1));
    expect(itemBytes({ m: { M: { k: { S: "ab" } } } })).toBe(1 + 3 + 1 + (1 + 2));
  });
});

describe("keys", () => {
  it("are equal however the number is written, and only then", () => {
    const same = ["10", "1e1", "10.0", "1.0E+1", "010"].map((N) => keyText({ N }));
    expect(new Set(same).size).toBe(1);
    const different = [{ N: "1" }, { N: "-1" }, { N: "10" }, { N: "0" }, { S: "1" }, { B: Buffer.from("1") }];
    expect(new Set(different.map((key) => keyText(key))).size).toBe(different.length);
    expect(keyText({ N: "0.0" })).toBe(keyText({ N: "-0" }));
  });
});
