import { expect, test } from "vitest";
import { decodeCursor, encodeCursor } from "./cursor.ts";

test("a cursor comes back as it was made", () => {
  expect(decodeCursor(encodeCursor([1_767_225_600_000, "id"]), ["time", "string"])).toEqual([1_767_225_600_000, "id"]);
});

test.each([
  ["nonsense", "nonsense"],
  ["too few parts", encodeCursor([1])],
  ["another type", encodeCursor(["1", "id"])],
  ["a fraction", encodeCursor([1.5, "id"])],
  ["a number the database cannot hold", encodeCursor([2 ** 31, "id"])],
  ["a character the database cannot hold", encodeCursor([1, "a\0"])],
])("%s is refused, not passed to the database", (_, cursor) => {
  expect(() => decodeCursor(cursor, ["int", "string"])).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
});
