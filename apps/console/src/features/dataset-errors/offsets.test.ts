import { expect, it } from "vitest";
import { dumpedBytesMax, hexDump } from "./offsets.ts";

it("dumps bytes beside their text, of a body of megabytes the first ones", () => {
  expect(hexDump(Buffer.from("ab\n").toString("base64"))).toBe(`00000000  ${"61 62 0a".padEnd(47)}  ab.`);
  const lines = hexDump(Buffer.alloc(5 * 1024 * 1024, 7).toString("base64")).split("\n");
  expect(lines).toHaveLength(dumpedBytesMax / 16);
});
