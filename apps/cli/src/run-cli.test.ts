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

test("prints what must be granted: every document, one of them, or the commands", async () => {
  const path = await configFile("granted", JSON.stringify(sampleDataset("Granted")));
  const policy = (...options: readonly string[]) =>
    letsdata(["datasets", "policy", "--configFile", path, ...options]).then(({ out }) => out);
  const all = JSON.parse(await policy());
  expect(Object.keys(all)).toEqual(expect.arrayContaining(["checklist", "policy", "trustPolicy", "repositoryPolicy"]));
  expect(JSON.parse(await policy("--document", "trustPolicy"))).toEqual(all.trustPolicy);
  expect((await policy("--commands")).split("\n")[0]).toMatch(
    /^aws iam create-role --role-name LetsData_AccessRole_Granted/,
  );
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

test("a changed file is compared with the dataset, each change with its effect and the action that makes it", async () => {
  const engine = { computeEngineType: "LAMBDA", concurrency: 9, memoryLimitInMegabytes: 512 };
  const before = await configFile("before", JSON.stringify(sampleDataset("Compared")));
  await letsdata(["datasets", "create", "--configFile", before]);
  const after = await configFile("after", JSON.stringify(sampleDataset("Compared", { computeEngine: engine })));
  const compared = await letsdata([
    ...["datasets", "diff", "--datasetName", "Compared"],
    ...["--configFile", after, "--output", "table"],
  ]);
  expect(compared.out).toMatch(/computeEngine\.concurrency +2 +9 +updateCompute/);
  const nothing = await letsdata(["datasets", "diff", "--datasetName", "Compared"]);
  expect([nothing.code, nothing.err.includes("--configFile")]).toEqual([2, true]);
});

test("a manifest is built from a prefix, or told how to make it when it is too long", async () => {
  for (let index = 0; index < 3; index++) api.cloud.objects.set(`in/${index}.gz`, "12345");
  const role = "arn:aws:iam::111122223333:role/LetsData_AccessRole_Flights";
  const place = ["--bucketName", "flights", "--region", "eu-west-1", "--accessGrantRoleArn", role];
  const built = await letsdata(["manifests", "build", ...place, "--prefix", "in/"]);
  expect(JSON.parse(built.out)).toMatchObject({
    count: 3,
    manifestFile: { fileContents: "in/0.gz\nin/1.gz\nin/2.gz" },
  });
  for (let index = 0; index < 5_000; index++) api.cloud.objects.set(`long/${"x".repeat(200)}${index}`, "");
  const long = await letsdata(["manifests", "build", ...place, "--prefix", "long/"]);
  expect(JSON.parse(long.out)).toMatchObject({
    count: 5_000,
    manifestFile: { manifestType: "S3ReaderS3LinkManifestFile" },
  });
  expect(long.err).toContain("aws s3 cp manifest.txt");
});

test("an installation that does not answer is named", async () => {
  const ended = await letsdata(["datasets", "list"], { LETSDATA_ENDPOINT: "http://127.0.0.1:9" });
  expect(ended).toEqual({
    code: 1,
    out: "",
    err: "The installation at http://127.0.0.1:9 does not answer. Is it running?\n",
  });
});
