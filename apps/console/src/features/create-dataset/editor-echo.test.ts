import { expect, test } from "vitest";
import { EditorEcho } from "./editor-echo.ts";

test("a text handed back late does not undo what was typed since", () => {
  const echo = new EditorEcho();
  echo.told("{");
  echo.told("{}");
  expect([echo.isOwn("{"), echo.isOwn("{}")]).toEqual([true, true]);
});

test("texts that were passed over need nothing either, nor does one that is typed again", () => {
  const echo = new EditorEcho();
  for (const text of ["a", "ab", "a", "ac"]) echo.told(text);
  expect([echo.isOwn("a"), echo.isOwn("ac")]).toEqual([true, true]);
});

test("another's text is written, also one that the editor held before", () => {
  const echo = new EditorEcho();
  echo.told("a");
  expect(echo.isOwn("a sample")).toBe(false);
  expect(echo.isOwn("a")).toBe(false);
});
