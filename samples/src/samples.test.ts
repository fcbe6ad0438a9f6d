import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { expect, test } from "vitest";
import { orderFiles } from "./order-files.ts";
import { packHandler } from "./pack-handlers.ts";
import { movieFiles, zipCodeFiles } from "./public-data.ts";
import { wetFiles } from "./web-archive.ts";

const root = join(import.meta.dirname, "../..");
const datasets = readdirSync(join(root, "samples/datasets"));

test.each(datasets)("%s is a canonical dataset that needs no repair", (name) => {
  const parsed = parseDatasetConfig(JSON.parse(readFileSync(join(root, "samples/datasets", name), "utf8")));
  expect(parsed).toMatchObject({ ok: true, notices: [] });
});

test("every key a sample manifest names is seeded", async () => {
  const seeded = new Set(
    [
      ...(await movieFiles()),
      ...(await zipCodeFiles()),
      ...wetFiles(join(root, "node_modules"), 4),
      ...orderFiles(4, 1).flatMap(({ head, line }) => [head, line]),
    ].map(({ key }) => key),
  );
  for (const name of datasets) {
    const config = JSON.parse(readFileSync(join(root, "samples/datasets", name), "utf8"));
    for (const key of (config.manifestFile.fileContents ?? "").split(/[\n|]/).filter(Boolean))
      expect(seeded).toContain(key.replace(/^[A-Z]+:/, ""));
  }
});

test("the public data keeps every line when it is cut into files", async () => {
  const lines = (files: readonly { readonly body: Buffer }[]) =>
    files.flatMap(({ body }) => gunzipSync(body).toString("utf8").trimEnd().split("\n"));
  expect(lines(await movieFiles())).toHaveLength(3_201);
  expect(lines(await zipCodeFiles())).toHaveLength(42_050);
});

test("a packed handler has the same bytes every time, so that a second start uploads nothing", async () => {
  const folder = join(root, "samples/handlers/movies");
  expect((await packHandler(folder)).equals(await packHandler(folder))).toBe(true);
});
