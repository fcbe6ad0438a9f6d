import fc from "fast-check";
import { expect, test } from "vitest";
import { storableJson } from "./storable-json.ts";

test("only what jsonb refuses is replaced, in keys and values, whatever backslashes stand before", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("\0", "\\", "\ud800", "\udc00", "😀", "u0000", '"', "a")), (parts) => {
      const text = parts.join("");
      const expected = text.toWellFormed().replaceAll("\0", "\u2400");
      expect(JSON.parse(storableJson({ [text]: [text] }))).toEqual({ [expected]: [expected] });
    }),
  );
});
