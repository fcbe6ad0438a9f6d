import { expect, test } from "vitest";
import { collectManifest, type ListedObject, matchesGlob } from "./manifest-from-objects.ts";
import { inlineManifestBytesMax } from "./manifest-lines.ts";

async function* listing(objects: Iterable<ListedObject>): AsyncGenerator<ListedObject> {
  yield* objects;
}
const collect = (objects: Iterable<ListedObject>, filter = {}) =>
  collectManifest(listing(objects), filter, () => false);

test("counts, sizes and skew are those of the objects that match; what cannot be a line is left out and counted", async () => {
  const objects = [
    { key: "in/", bytes: 0 },
    { key: "in/a.gz", bytes: 10 },
    { key: "in/b\n.gz", bytes: 10 },
    { key: "in/c.txt", bytes: 99 },
    { key: "in/d.gz", bytes: 20 },
    { key: "in/e.gz", bytes: 200 },
  ];
  expect(await collect(objects, { suffix: ".gz" })).toMatchObject({
    count: 3,
    totalBytes: 230,
    medianBytes: 20,
    maxBytes: 200,
    skew: 10,
    leftOut: 1,
    complete: true,
    fileContents: "in/a.gz\nin/d.gz\nin/e.gz",
  });
  expect((await collect(objects)).leftOut).toBe(2);
});

test("more lines than a configuration holds are counted, not kept; more than a manifest holds end the walk", async () => {
  function* many(count: number) {
    for (let index = 0; index < count; index++) yield { key: `prefix/${index}`, bytes: index };
  }
  const long = await collect(many(100_000));
  expect(long.manifestBytes).toBeGreaterThan(inlineManifestBytesMax);
  expect(long).toMatchObject({ count: 100_000, fileContents: null, complete: true, maxBytes: 99_999 });
  expect(long.largest[0]).toEqual({ key: "prefix/99999", bytes: 99_999 });
  expect(await collect(many(1_000_001))).toMatchObject({ count: 1_000_000, complete: false, fileContents: null });
});

test("a pattern stands for the keys it says, and no pattern takes long", () => {
  expect(matchesGlob("2026/01/a.gz", "2026/*.gz")).toBe(true);
  expect(matchesGlob("2026/01/a.gz", "2026/??/a.gz")).toBe(true);
  expect(matchesGlob("2026/01/a.gzip", "*.gz")).toBe(false);
  expect(matchesGlob("", "*")).toBe(true);
  expect(matchesGlob("a".repeat(1_024), `${"a*".repeat(100)}b`)).toBe(false);
});
