import { join } from "node:path";
import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasetJson, waitFor } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { endOfTrial } from "./trial-run.ts";

const handlers = join(import.meta.dirname, "../../fixtures/handlers");
let installation: TestInstallation;

beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler("misbehaving", join(handlers, "misbehaving"));
  installation.startWorker();
});
afterAll(() => installation?.stop());

type Deed = { readonly id: string; readonly do: string };

const textOf = (lines: readonly Deed[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

async function startTrial(name: string, lines: readonly Deed[], records?: number) {
  await installation.putObject(testBuckets.data, `${name}.jsonl`, textOf(lines));
  const keys = [`${name}.jsonl`, `${name}.jsonl`];
  const config = datasetJson(installation, { name, handler: "misbehaving.zip", keys });
  return installation.client.tries.create({ config, ...(records === undefined ? {} : { records }) });
}

const endOf = (tryId: string) => endOfTrial(installation, tryId);

async function objectsIn(bucket: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client: installation.s3 }, { Bucket: bucket })) {
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ""));
  }
  return keys;
}

test("a trial shows what becomes of each record, with log lines and an estimate, and leaves nothing behind", async () => {
  const lines = [
    { id: "one", do: "document" },
    { id: "two", do: "bigInt" },
    { id: "three", do: "document" },
    { id: "four", do: "skip" },
    { id: "five", do: "document" },
  ];
  const { tryId } = await startTrial("Tried", lines, 4);
  const { status, result, problem } = await endOf(tryId);
  expect({ status, problem }).toEqual({ status: "SUCCEEDED", problem: null });
  expect(result?.failure).toBeNull();
  expect(result?.item).toBe("Tried.jsonl");
  expect(result?.records.map(({ outcome }) => outcome)).toEqual(["document", "error", "document", "skip"]);
  const [first, second] = result!.records;
  expect(first).toMatchObject({
    source: { name: "Tried.jsonl", start: "0" },
    body: { encoding: "utf8", truncated: false },
    document: { documentId: "one", body: { encoding: "utf8" } },
    error: null,
  });
  expect(first?.document?.countedBytes).toBeGreaterThan(0);
  expect(second).toMatchObject({ document: null, error: { origin: "SYSTEM", code: "INVALID_DOCUMENT" } });
  expect(result?.sourceEnded).toBe(false);
  expect(result?.limits?.maxDocumentBytes).toBeGreaterThan(0);
  expect(result?.estimate).toMatchObject({ tasks: 2, bytes: 2 * textOf(lines).length });

  expect(await objectsIn(testBuckets.output)).toEqual([]);
  expect(await installation.database.dataset.count()).toBe(0);
  expect(await installation.client.tries.delete({ params: { tryId } })).toEqual({ deleted: true });
  await expect(installation.client.tries.view({ tryId })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("an exception of the handler ends the trial and is shown with the records before it", async () => {
  const { tryId } = await startTrial("Throws", [
    { id: "one", do: "document" },
    { id: "two", do: "throw" },
  ]);
  const { result } = await endOf(tryId);
  expect(result?.records).toHaveLength(1);
  expect(result?.failure).toMatchObject({ code: "HANDLER_EXCEPTION" });
});

test("what is missing before the handler can run fails the trial with its path", async () => {
  const config = datasetJson(installation, { name: "NoHandler", handler: "nothing.zip", keys: ["a"] });
  const { tryId } = await installation.client.tries.create({ config });
  const { status, problem } = await endOf(tryId);
  expect(status).toBe("FAILED");
  expect(problem?.message).toContain("nothing.zip");
});

test("a trial that is ended frees its place; a third one at once is refused", async () => {
  const loop = [{ id: "one", do: "loop" }];
  const first = await startTrial("Loops", loop);
  const second = await startTrial("LoopsToo", loop);
  await expect(startTrial("Third", loop)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  await installation.client.tries.delete({ params: { tryId: first.tryId } });
  await waitFor(
    async () => ((await installation.client.tries.view({ tryId: second.tryId })).status === "RUNNING" ? true : null),
    60,
    "the second trial to get the place",
  );
  await installation.client.tries.delete({ params: { tryId: second.tryId } });
  const { tryId } = await startTrial("After", [{ id: "one", do: "document" }]);
  expect((await endOf(tryId)).result?.records).toHaveLength(1);
});

test("a manifest is made of a prefix with the customer's own role; what the role may not list is named", async () => {
  for (const name of ["a.gz", "b.gz", "c.txt"]) await installation.putObject(testBuckets.data, `listed/${name}`, name);
  const place = { region: "us-east-1", accessGrantRoleArn: installation.accessGrantRoleArn };
  const wanted = { ...place, bucketName: testBuckets.data, prefix: "listed/", suffix: ".gz" };
  expect(await installation.client.manifests.build(wanted)).toMatchObject({
    count: 2,
    totalBytes: 8,
    complete: true,
    manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents: "listed/a.gz\nlisted/b.gz" },
  });
  await expect(installation.client.manifests.build({ ...place, bucketName: "not-granted" })).rejects.toMatchObject({
    message: expect.stringContaining("not-granted"),
  });
});
