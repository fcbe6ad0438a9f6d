import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { setValue, typedValue, valueAt } from "./set-value.ts";

describe("a field of the form", () => {
  it("changes its own element and leaves the rest of the text as it was written", () => {
    const text = '{\n  "datasetName":   "A",\n  "region": "eu-west-1"\n}';
    const changed = setValue(text, "datasetName", "B");
    expect(changed).toBe('{\n  "datasetName":   "B",\n  "region": "eu-west-1"\n}');
  });
  it("makes the objects above it", () => {
    expect(JSON.parse(setValue("", "readConnector.bucketName", "b"))).toEqual({ readConnector: { bucketName: "b" } });
  });
  it("removes its element when it is emptied", () => {
    expect(JSON.parse(setValue('{"a":1,"b":2}', "a", typedValue({ kind: "text" }, "")))).toEqual({ b: 2 });
  });
  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("a", "a.b", "a.b.c", "x.y"), (value, path) => {
        expect(valueAt(JSON.parse(setValue('{"a":{"k":1}}', path, value)), path)).toBe(value);
      }),
    );
  });
});
