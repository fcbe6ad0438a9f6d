import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { claimTasks } from "@letsdata/database/stores/claim-tasks";
import { processingDataset } from "@letsdata/database/testing/sample-rows";
import { jarOf } from "@letsdata/handlers/artifact/jar-of";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ArtifactCache, createArtifactCache } from "./artifact-cache.ts";
import { removeOldArtifacts } from "./remove-old-artifacts.ts";
import { openWorkerBench, type WorkerBench } from "./testing/worker-bench.ts";

const signal = new AbortController().signal;
let bench: WorkerBench;
let directory: string;
let artifacts: ArtifactCache;

beforeAll(async () => {
  bench = await openWorkerBench();
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
  const s3 = clientFor(S3Client, bench.cloud.installation);
  await s3.send(new CreateBucketCommand({ Bucket: "public", CreateBucketConfiguration }));
});
afterAll(() => bench?.close());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "artifacts-"));
  artifacts = createArtifactCache(bench.cloud.installation, directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A JAR is kept as it is: what it begins with is all that is looked at. */
const upload = (code: string) =>
  clientFor(S3Client, bench.cloud.installation).send(
    new PutObjectCommand({ Bucket: "public", Key: "code.jar", Body: `PK\x03\x04${code}` }),
  );
function version(datasetId: string, codeVersion: number, expectedDigest: string | null) {
  const readConnector = {
    connectorDestination: "S3",
    readerType: "SINGLEFILEREADER",
    bucketName: "public",
    bucketResourceLocation: "LetsData",
    artifactImplementationLanguage: "JAVA",
    singleFileParserImplementationClassName: "com.example.Parser",
    artifactFileS3Link: "s3://public/code.jar",
    artifactFileS3LinkResourceLocation: "LetsData",
  };
  const config = bench.cloud.config({ readConnector }, "granted");
  return { datasetId, codeVersion, expectedDigest, config, owner: bench.cloud.owner };
}
const codeIn = async (artifactDir: string) => (await readFile(jarOf(artifactDir), "utf8")).slice("PKxx".length);

describe("the artifact of a code version", () => {
  test("is the one its initialisation saw, also where another one of that version was here before", async () => {
    await upload("before");
    const before = await artifacts.open(version("d", 1, null));
    await upload("after");
    const elsewhere = createArtifactCache(bench.cloud.installation, join(directory, "elsewhere"));
    const { digest } = await elsewhere.open(version("d", 1, null));
    const now = await artifacts.open(version("d", 1, digest));
    expect(now.digest).toBe(digest);
    expect(await codeIn(now.artifactDir)).toBe("after");
    // What runs from it goes on.
    expect(await codeIn(before.artifactDir)).toBe("before");
  });

  test("is downloaded once where it is known, and as it is now where it is not", async () => {
    await upload("one");
    const first = await artifacts.open(version("d", 1, null));
    await upload("two");
    expect(await artifacts.open(version("d", 1, first.digest))).toEqual(first);
    expect(await codeIn((await artifacts.open(version("d", 1, null))).artifactDir)).toBe("two");
  });

  test("is refused where the object was replaced since", async () => {
    await upload("replaced");
    await expect(artifacts.open(version("d", 1, "0".repeat(64)))).rejects.toMatchObject({ code: "ARTIFACT_INVALID" });
    expect(await artifacts.folders(Date.now() + 1_000)).toEqual([]);
  });
});

describe("old artifacts", () => {
  const aged = async (...folders: readonly string[]) => {
    for (const folder of folders) {
      const path = join(directory, folder);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, "artifact.json"), "{}");
      await utimes(path, 0, 0);
    }
  };
  const left = async () =>
    (await artifacts.folders(Number.POSITIVE_INFINITY))
      .map(({ datasetId, codeVersion, digest }) => `${datasetId}/${codeVersion}/${digest}`)
      .sort();
  const tidyUp = () => removeOldArtifacts({ database: bench.database, artifacts, signal });
  /** At version 3, whose artifact is "new"; a task that began with version 2 runs. */
  async function updatedTwice(): Promise<string> {
    const { datasetId } = await processingDataset(bench.database, bench.tenantId, { tasks: 1 });
    const where = { id: datasetId };
    await bench.database.dataset.update({ where, data: { codeVersion: 2 } });
    await claimTasks(bench.database, { workerId: "w", slots: 1, leaseSeconds: 60, datasetIds: [datasetId] });
    await bench.database.dataset.update({ where, data: { codeVersion: 3, codeDigest: "new" } });
    return datasetId;
  }

  test("go with their dataset, on every machine that had them", async () => {
    const deleted = await updatedTwice();
    await bench.database.dataset.update({ where: { id: deleted }, data: { status: "DELETED" } });
    await aged(`${deleted}/3/new`, "gone/1/any", "gone/2/any");
    await Promise.all([tidyUp(), tidyUp()]);
    expect(await readdir(directory)).toEqual([]);
  });

  test("go when a later version took their place and nothing runs from them any more", async () => {
    const id = await updatedTwice();
    await aged(`${id}/1/old`, `${id}/2/old`, `${id}/3/new`, `${id}/3/refused`, `${id}/3/half.part`, `${id}/4/next`);
    await tidyUp();
    expect(await left()).toEqual([`${id}/2/old`, `${id}/3/new`, `${id}/4/next`]);
    await bench.database.task.updateMany({ where: { datasetId: id }, data: { status: "COMPLETED" } });
    await tidyUp();
    expect(await left()).toEqual([`${id}/3/new`, `${id}/4/next`]);
  });

  test("what was just unpacked is left to whom it was unpacked for, a trial that is no dataset for example", async () => {
    await upload("tried");
    const { artifactDir } = await artifacts.open(version("trial", 1, null));
    await tidyUp();
    expect(await codeIn(artifactDir)).toBe("tried");
  });
});
