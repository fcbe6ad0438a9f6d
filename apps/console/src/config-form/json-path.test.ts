import { parseTree } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { lineOf, rangeOfPath, segmentsOf } from "./json-path.ts";

const text = `{
  "datasetName": "Movies",
  "readConnector": { "bucketName": "b", "items": [{ "n": 1 }] }
}`;
const shown = (path: string) => {
  const { from, to } = rangeOfPath(parseTree(text), path);
  return text.slice(from, to);
};

describe("where a finding is shown", () => {
  it("is the value of the attribute it names", () => {
    expect(shown("datasetName")).toBe('"Movies"');
    expect(shown("readConnector.items[0].n")).toBe("1");
  });
  it("is the name of the nearest object when the attribute is missing", () => {
    expect(shown("readConnector.readerType")).toBe('"readConnector"');
    expect(shown("readConnector")).toBe('"readConnector"');
  });
  it("is the beginning when there is nothing else", () => {
    expect(shown("region")).toBe("{");
    expect(rangeOfPath(undefined, "region")).toEqual({ from: 0, to: 1 });
  });
  it("has a line", () => {
    expect(lineOf(text, rangeOfPath(parseTree(text), "readConnector.bucketName").from)).toBe(3);
    expect(segmentsOf("a.b[2].c")).toEqual(["a", "b", 2, "c"]);
  });
});
