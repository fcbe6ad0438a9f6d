import { describe, expect, it } from "vitest";
import { produceVersion } from "./produce.ts";

const produceOf = (minVersion: number, maxVersion: number) => [
  { apiKey: 1, minVersion: 0, maxVersion: 17 },
  { apiKey: 0, minVersion, maxVersion },
];

describe("the version of Produce", () => {
  it("is the newest that both sides speak, with transactions as the client makes them", () => {
    expect(produceVersion(produceOf(0, 7))).toBe(7);
    // From version 12 on brokers add partitions to transactions by themselves, which the client does not ask for.
    expect(produceVersion(produceOf(3, 13))).toBe(11);
  });

  it("is refused where there is none", () => {
    expect(() => produceVersion(produceOf(12, 14))).toThrow("versions 12 to 14");
  });
});
