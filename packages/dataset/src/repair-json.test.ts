import { expect, test } from "vitest";
import { repairJson } from "./repair-json.ts";
import { fc, test as property } from "./testing/property.ts";

property("valid JSON is never changed", [fc.json(), fc.boolean()], { numRuns: 3_000 }, (json, pretty) => {
  const text = pretty ? JSON.stringify(JSON.parse(json), null, 2) : json;
  expect(repairJson(text)).toEqual({ text, repairs: [] });
});

property(
  "any text ends",
  [fc.string({ maxLength: 200, unit: fc.constantFrom(...'{}[],;:"\\/*# \n0a') })],
  { numRuns: 5_000 },
  (text) => {
    expect(typeof repairJson(text).text).toBe("string");
  },
);

property(
  "commas taken out, doubled or written as ; come back",
  [
    fc.dictionary(
      fc.stringMatching(/^[a-z]{1,6}$/),
      fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer({ min: 0 }))),
    ),
    fc.constantFrom(" ", ";", ",,", "/* x */,", "// y\n,", " # z\n"),
  ],
  { numRuns: 2_000 },
  (object, separator) => {
    const members = Object.entries(object).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    expect(JSON.parse(repairJson(`{${members.join(separator)}${members.length > 0 ? "," : ""}}`).text)).toEqual({
      ...object,
    });
  },
);

test("signs inside texts are left alone", () => {
  const text = '{"a": "x // y; # z, /* */"; "b": 1}';
  expect(JSON.parse(repairJson(text).text)).toEqual({ a: "x // y; # z, /* */", b: 1 });
});
