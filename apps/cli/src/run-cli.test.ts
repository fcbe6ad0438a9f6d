import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sampleDataset } from "@letsdata/api/testing/sample-dataset";
import { startTestApi, type TestApi, type TestTenant } from "@letsdata/api/testing/start-test-api";
import { afterAll, beforeAll, expect, test } from "vitest";

let api: TestApi;
let tenant: TestTenant;
let folder: string;

beforeAll(async () => {
  api = await startTestApi();
  tenant = await api.createTenant();
  folder = await mkdtemp(join(tmpdir(), "letsdata-cli-"));
  const profiles = { default: "demo", profiles: { demo: { endpoint: api.url, apiKey: tenant.apiKey } } };
  await writeFile(join(folder, "cli-profiles.json"), JSON.stringify(profiles));
});
afterAll(async () => {
  await api?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function letsdata(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, "main.ts"), ...args], {
    env: { PATH: process.env.PATH ?? "", LETSDATA_CONFIG_FILE: join(folder, "cli-profiles.json"), ...env },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  return new Promise((done) => child.on("close", (code) => done({ code, out, err })));
}

async function configFile(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, text);
  return path;
}

test("creates from pasted JSON with comments, lists and views", async () => {
  const path = await configFile("made", `// mine\n${JSON.stringify(sampleDataset("Made"))}`);
  const made = await letsdata(["datasets", "create", "--configFile", path]);
  expect([made.err.includes("comment"), made.code]).toEqual([true, 0]);
  expect(JSON.parse(made.out)).toMatchObject({ datasetName: "Made", datasetStatus: "CREATED" });
  const listed = await letsdata(["datasets", "list", "--output", "table"]);
  expect(listed.out).toMatch(/Made .*CREATED/);
  const viewed = await letsdata(["datasets", "view", "--datasetName", "made", "--prettyPrint"]);
  expect(viewed.out).toContain('\n  "datasetName": "Made"');
});

test("prints every problem with path and fix on standard error and exits 1", async () => {
  const path = await configFile("bad", JSON.stringify(sampleDataset("Bad!", { region: "moon" })));
  const refused = await letsdata(["datasets", "create", "--configFile", path]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("datasetName:");
  expect(refused.err).toContain("region:");
  expect(refused.err).toContain("fix:");
});

test("exits 2 for usage, 3 for a wrong key, 4 when waiting took too long", async () => {
  const path = await configFile("slow", JSON.stringify(sampleDataset("Slow")));
  const [usage, key, slow] = await Promise.all([
    letsdata(["datasets", "view"]),
    letsdata(["datasets", "list"], { LETSDATA_API_KEY: "wrong" }),
    letsdata(["datasets", "create", "--configFile", path, "--wait", "--waitSeconds", "0"]),
  ]);
  expect([usage.code, key.code, slow.code]).toEqual([2, 3, 4]);
  expect(slow.err).toContain("tasks 0/0 done");
});
