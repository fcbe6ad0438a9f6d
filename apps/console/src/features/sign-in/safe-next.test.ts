import { expect, it } from "vitest";
import { safeNext } from "./safe-next.ts";

it.each([
  [undefined, "/datasets"],
  ["/datasets/Movies?status=ERRORED", "/datasets/Movies?status=ERRORED"],
  ["//evil.test", "/datasets"],
  ["/\\evil.test", "/datasets"],
  ["https://evil.test", "/datasets"],
  ["javascript:alert(1)", "/datasets"],
  ["/\t/evil.test", "/datasets"],
  ["/sign-in?next=/x", "/datasets"],
])("after signing in, %s leads to %s", (next, target) => {
  expect(safeNext(next)).toBe(target);
});
