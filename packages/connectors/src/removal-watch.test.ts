import { expect, it } from "vitest";
import { type Look, RemovalWatch } from "./removal-watch.ts";

/** What the last of these looks, so many milliseconds apart, means. */
function seen(looks: readonly Look[], millisecondsApart = 1_000) {
  const watch = new RemovalWatch();
  return looks.map((look, n) => watch.see(look, n * millisecondsApart)).at(-1);
}
const missing = (times: number): Look[] => Array(times).fill("missing");

it("what was never there is to be made, also where it was being removed at first", () => {
  expect(seen(["missing"])).toBe("make");
  expect(seen(["being removed", "being removed", "missing"])).toBe("make");
});

it("a stale answer does not make it removed, however often one comes between others", () => {
  expect(seen(["there", "missing"])).toBe("wait");
  expect(seen(["there", ...missing(9), "there", ...missing(9)])).toBe("wait");
  expect(seen(["there", ...missing(2)], 20_000)).toBe("wait");
});

it("it is removed once it is missing for ten seconds, or at once where it was seen going", () => {
  expect(seen(["there", ...missing(11)])).toBe("removed");
  expect(seen(["there", "being removed", "missing"])).toBe("removed");
  expect(seen(["missing", "there", "missing", "there", ...missing(11)])).toBe("removed");
});
