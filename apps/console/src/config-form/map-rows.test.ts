import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapOfRows, repeatedNames, rowsOfMap } from "./map-rows.ts";

describe("the rows of a name → text map", () => {
  it("are the map again, whatever its names and texts", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1 }), (map) => {
        expect(mapOfRows(rowsOfMap(map)!)).toEqual({ ...map });
      }),
    );
  });
  it("leave out what has no name yet, and the whole map with its last name", () => {
    expect(mapOfRows([{ name: "", text: "kept while typing" }])).toBeUndefined();
    expect(rowsOfMap(undefined)).toEqual([]);
  });
  it("are not made of what is no such map", () => {
    for (const other of ["{", 1, ["a"], { a: 1 }]) expect(rowsOfMap(other)).toBeUndefined();
  });
  it("tell a name that stands there twice", () => {
    const rows = ["a", "b", "a", "", ""].map((name) => ({ name, text: "" }));
    expect([...repeatedNames(rows)]).toEqual(["a"]);
  });
});
