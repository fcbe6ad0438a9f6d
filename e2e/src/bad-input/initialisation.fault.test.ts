import { gzipSync } from "node:zlib";
import { putRole } from "@letsdata/aws/identity-roles";
import { trustPolicy } from "@letsdata/aws/probe-role";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasetJson } from "../installation/dataset-run.ts";
import { testBuckets } from "../installation/start-installation.ts";
import { bombZip, goodHandler, handlerPath, oversizedZip, slippingZip, zipOf } from "./bad-artifacts.ts";
import {
  type BadInputBench,
  documents,
  expectBalance,
  lines,
  type Settled,
  startBadInputBench,
} from "./bad-input-bench.ts";

const MiB = 1024 * 1024;
const link = "readConnector.artifactFileS3Link";

const largeArtifacts = {
  Bomb: () => bombZip(300 * MiB),
  TooLarge: () => oversizedZip(251 * MiB),
  Large: () => oversizedZip(200_000_000),
};

let bench: BadInputBench;
beforeAll(async () => {
  bench = await startBadInputBench();
  await bench.installation.putObject(testBuckets.data, "good.jsonl", lines(documents(3)));
  // One after the other and before any test: packing them stops this process, and with it the API, for seconds.
  for (const [name, pack] of Object.entries(largeArtifacts))
    await bench.installation.putObject(testBuckets.code, `${name}.zip`, await pack());
});
afterAll(() => bench?.stop());

function json(name: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const shape = { name, handler: "misbehaving.zip", keys: ["good.jsonl"] };
  return { ...datasetJson(bench.installation, shape), ...changes };
}

/** Nothing was planned and every finding says where it is and what to do. */
function expectRefused({ view, tasks }: Settled, code: string) {
  expect(view.datasetStatus).toBe("ERRORED");
  expect(tasks).toEqual([]);
  expect(view.statusReason?.code).toBe(code);
  for (const { path, message, fix } of view.statusReason?.errors ?? []) {
    expect([path, message, fix]).toEqual([
      expect.stringMatching(/./),
      expect.stringMatching(/./),
      expect.stringMatching(/./),
    ]);
  }
  return view.statusReason?.errors ?? [];
}

describe.concurrent("a manifest", () => {
  const inline = (fileContents: string) => ({
    manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents },
  });
  const linked = (key: string) => ({
    manifestFile: {
      manifestType: "S3ReaderS3LinkManifestFile",
      manifestFileS3Uri: `s3://${testBuckets.data}/${key}`,
      readerManifestResourceLocation: "Customer",
    },
  });
  const put = (key: string, body: Buffer | string) => bench.installation.putObject(testBuckets.data, key, body);

  test("with bad lines is refused whole, each bad line with its number", async () => {
    const notUtf8 = Buffer.concat([Buffer.from("good.jsonl\n\n"), Buffer.from([0xff, 0xfe, 0x0a])]);
    const tooLong = Buffer.from(`${"k".repeat(9_000)}\n${"k".repeat(1_025)}\ngood.jsonl\n`);
    await put("manifests/bad.txt.gz", gzipSync(Buffer.concat([notUtf8, tooLong])));
    const refused = await bench.create(json("BadLines", linked("manifests/bad.txt.gz")));
    const findings = expectRefused(refused, "MANIFEST_INVALID");
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining("Line 3 is not UTF-8"),
      expect.stringContaining("Line 4 is longer than 8 KiB"),
      expect.stringContaining("Line 5 is longer than an object key"),
    ]);
  });

  test("with thousands of bad lines lists the first hundred", async () => {
    await put("manifests/many.txt", `${"k".repeat(1_025)}\n`.repeat(2_000));
    const refused = await bench.create(json("ManyBadLines", linked("manifests/many.txt")));
    expect(expectRefused(refused, "MANIFEST_INVALID")).toHaveLength(100);
    expect(refused.view.statusReason?.message).toContain("Line 1 ");
  });

  test("without a line, with too many lines, cut off, or missing is refused", async () => {
    await put("manifests/empty.txt", "");
    await put("manifests/blank.txt", " \r\n\n");
    await put("manifests/million.txt.gz", gzipSync("k\n".repeat(1_000_001), { level: 1 }));
    await put("manifests/cut.txt.gz", gzipSync("k\n".repeat(100)).subarray(0, 20));
    const [empty, blank, million, cut, missing] = await Promise.all(
      ["empty.txt", "blank.txt", "million.txt.gz", "cut.txt.gz", "gone.txt"].map((key, index) =>
        bench.create(json(`NoManifest${index}`, linked(`manifests/${key}`))),
      ),
    );
    expect(expectRefused(empty!, "MANIFEST_INVALID")[0]?.message).toContain("no line");
    expect(expectRefused(blank!, "MANIFEST_INVALID")[0]?.message).toContain("no line");
    expect(expectRefused(million!, "MANIFEST_INVALID")[0]?.message).toContain("1000000");
    expectRefused(cut!, "SOURCE_CORRUPT");
    expect(expectRefused(missing!, "RESOURCE_NOT_FOUND")[0]).toMatchObject({
      path: "manifestFile.manifestFileS3Uri",
      message: expect.stringContaining("manifests/gone.txt"),
    });
  });

  test("that repeats a line makes a task of each and says so", async () => {
    const run = await bench.create(json("Repeats", inline("good.jsonl\r\n\n  good.jsonl  \ngood.jsonl")));
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.tasks).toHaveLength(3);
    expect(run.view.counts.documentsWritten).toBe(9);
    expect(run.view.statusReason?.message).toContain("2 manifest lines repeat an earlier one");
    const repeated = run.view.statusReason?.errors.map(({ message }) => /^Line \d+ repeats/.exec(message)?.[0]);
    expect(repeated?.[0]).toBe("Line 3 repeats");
    expect(repeated).toHaveLength(2);
    expectBalance(run);
  });
});

describe.concurrent("an artifact", () => {
  /** `body`: null where the bucket has it already, or has nothing. */
  const refusedArtifact = async (name: string, body: Buffer | null, code = "ARTIFACT_INVALID") => {
    if (body !== null) await bench.installation.putObject(testBuckets.code, `${name}.zip`, body);
    const refused = await bench.create(
      datasetJson(bench.installation, { name, handler: `${name}.zip`, keys: ["good.jsonl"] }),
    );
    const [finding] = expectRefused(refused, code);
    return { finding, message: refused.view.statusReason?.message ?? "" };
  };
  const withModule = (source: string) => zipOf({ [handlerPath]: source });

  test("that does not exist", async () => {
    const { finding } = await refusedArtifact("NoArtifact", null, "RESOURCE_NOT_FOUND");
    expect(finding).toMatchObject({ path: link, message: expect.stringContaining("NoArtifact.zip") });
  });

  test.each([
    ["NoExport", "export class Other {}", "does not export the class SingleFileParser; it exports Other"],
    ["NoMethods", "export class SingleFileParser {}", "lacks the methods getS3FileType"],
    ["BadSyntax", "export class SingleFileParser {\n  parse( {\n}", "SyntaxError"],
    ["ThrowsAtImport", 'throw new Error("no import");', "Error: no import"],
    ["ThrowsText", 'throw "no import";', "no import"],
    ["MissingPackage", 'import "left-pad-of-nobody";', "left-pad-of-nobody"],
    ["ExitsAtImport", "process.exit(3);", "exit code 3"],
    [
      "ThrowsInConstructor",
      "export class SingleFileParser { constructor() { throw new Error('no object'); } }",
      "no object",
    ],
  ])("%s", async (name, source, text) => {
    const { message } = await refusedArtifact(name, await withModule(source));
    expect(message).toContain(text);
  });

  test("that needs more memory than configured to be imported", async () => {
    const source = "const kept = []; for (;;) kept.push(new Array(100_000).fill(kept.length));";
    const { message } = await refusedArtifact("EatsMemory", await withModule(source), "OUT_OF_MEMORY");
    expect(message).toContain("512 MiB");
  });

  test("that never finishes to be imported", async () => {
    const { message } = await refusedArtifact("LoopsAtImport", await withModule("for (;;);"));
    expect(message).toContain("endless loop");
  });

  test("without the handler's module names where it must be", async () => {
    const { finding } = await refusedArtifact("NoModule", await zipOf({ "package.json": "{}" }));
    expect(finding?.fix).toContain("letsdata.json");
  });

  test("that is no archive, or a damaged one", async () => {
    const zip = await withModule(goodHandler);
    const [text, empty, cut] = await Promise.all([
      refusedArtifact("NoArchive", Buffer.from("#!/bin/sh")),
      refusedArtifact("EmptyArchive", Buffer.alloc(0)),
      refusedArtifact("CutArchive", zip.subarray(0, zip.length - 30)),
    ]);
    expect(text.message).toContain("neither a zip nor a tgz");
    expect(empty.message).toContain("empty");
    expect(cut.message).toContain("damaged zip");
  });

  test("with an entry that leaves its folder names the entry", async () => {
    const { finding } = await refusedArtifact("Slips", await slippingZip("../../../../tmp/slipped.js"));
    expect(finding).toMatchObject({ path: link, message: expect.stringContaining("../../../../tmp/slipped.js") });
  });

  test("that unpacks to more than the limit names the entry and the limit", async () => {
    const { message } = await refusedArtifact("Bomb", null, "ARTIFACT_TOO_LARGE");
    expect(message).toContain("250 MiB");
    expect(message).toContain("bomb.bin");
  });

  test("larger than the limit is refused before it is downloaded", async () => {
    const { finding, message } = await refusedArtifact("TooLarge", null, "ARTIFACT_TOO_LARGE");
    expect(finding?.path).toBe(link);
    expect(message).toContain("250 MiB");
  });

  test("of 200 MB is within the limit and runs", async () => {
    const run = await bench.create(
      datasetJson(bench.installation, { name: "Large", handler: "Large.zip", keys: ["good.jsonl"] }),
    );
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.view.counts.documentsWritten).toBe(3);
  });

  test("that was mended is taken by a redrive of the failed initialisation", async () => {
    await refusedArtifact("Mended", await withModule("export class Other {}"));
    await bench.installation.client.redrives.create({ dataset: "Mended" });
    expectRefused(await bench.settled("Mended"), "ARTIFACT_INVALID");
    await bench.installation.putObject(testBuckets.code, "Mended.zip", await withModule(goodHandler));
    await bench.installation.client.redrives.create({ dataset: "Mended" });
    const run = await bench.settled("Mended");
    expect(run.view.statusReason).toBeNull();
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.view.counts.documentsWritten).toBe(3);
    expectBalance(run);
  });
});

describe.concurrent("an access grant", () => {
  const { data, code, output } = testBuckets;
  const everything = [
    "s3:ListBucket",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
  ];
  const allow = (actions: readonly string[], buckets: readonly string[]) => ({
    Effect: "Allow" as const,
    Action: [...actions],
    Resource: buckets.flatMap((bucket) => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]),
  });

  async function grant(
    name: string,
    trust: (principal: string, userId: string) => ReturnType<typeof trustPolicy>,
    statements: readonly ReturnType<typeof allow>[],
  ) {
    const { customer, client, customerAccountId } = bench.installation;
    const { user } = await client.session.view();
    await putRole(customer, {
      name,
      description: "A role of these tests",
      trust: trust(user.iamUserARN, user.userId),
      policies: { Some: { Version: "2012-10-17", Statement: [...statements] } },
    });
    return `arn:aws:iam::${customerAccountId}:role/${name}`;
  }
  const all = () => [allow(everything, [data, code, output])];

  test("that lets anybody of the account in is refused as too open, and a redrive succeeds once it is mended", async () => {
    const open = (principal: string) => ({
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow" as const, Principal: { AWS: principal }, Action: "sts:AssumeRole" }],
    });
    const accessGrantRoleArn = await grant("OpenRole", open, all());
    const [finding] = expectRefused(
      await bench.create(json("OpenRole", { accessGrantRoleArn })),
      "ACCESS_ROLE_TOO_OPEN",
    );
    expect(finding).toMatchObject({ path: "accessGrantRoleArn", fix: expect.stringContaining("sts:ExternalId") });
    await grant("OpenRole", trustPolicy, all());
    await bench.installation.client.redrives.create({ dataset: "OpenRole" });
    const run = await bench.settled("OpenRole");
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.view.counts.documentsWritten).toBe(3);
  });

  test("that wants another external id, or does not exist, is refused with what the trust policy must say", async () => {
    const strange = (principal: string) => trustPolicy(principal, "00000000-0000-4000-8000-000000000000");
    const accessGrantRoleArn = await grant("StrangeRole", strange, all());
    const noRole = accessGrantRoleArn.replace("StrangeRole", "NoSuchRole");
    for (const [name, arn] of [
      ["StrangeRole", accessGrantRoleArn],
      ["NoSuchRole", noRole],
    ] as const) {
      const [finding] = expectRefused(await bench.create(json(name, { accessGrantRoleArn: arn })), "ACCESS_DENIED");
      expect(finding).toMatchObject({ path: "accessGrantRoleArn", fix: expect.stringContaining("sts:ExternalId") });
    }
  });

  test("that lacks actions is refused naming each action, its ARN and the fix, and a redrive succeeds once it is mended", async () => {
    const some = [
      allow(everything, [code]),
      allow(["s3:ListBucket", "s3:GetBucketLocation"], [data]),
      allow(
        everything.filter((action) => action !== "s3:PutObject"),
        [output],
      ),
    ];
    const accessGrantRoleArn = await grant("NarrowRole", trustPolicy, some);
    const refused = await bench.create(json("NarrowRole", { accessGrantRoleArn }));
    const findings = expectRefused(refused, "ACCESS_DENIED");
    const texts = findings.map(({ path, message, fix }) => `${path}: ${message} ${fix}`);
    expect(texts).toContainEqual(expect.stringMatching(/^readConnector.*s3:GetObject.*arn:aws:s3:::test-data/s));
    expect(texts).toContainEqual(expect.stringMatching(/^writeConnector.*s3:PutObject.*arn:aws:s3:::test-output/s));
    expect(texts).toHaveLength(2);
    await grant("NarrowRole", trustPolicy, all());
    await bench.installation.client.redrives.create({ dataset: "NarrowRole" });
    const run = await bench.settled("NarrowRole");
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.view.counts.documentsWritten).toBe(3);
  });

  test("that was taken away while the dataset runs fails its tasks with the action and the ARN", async () => {
    const accessGrantRoleArn = await grant("Withdrawn", trustPolicy, all());
    await bench.installation.putObject(data, "withdrawn.jsonl", lines(documents(3)));
    const accept = await bench.create(
      json("Withdrawn", {
        accessGrantRoleArn,
        ...{ manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents: "gone.jsonl" } },
      }),
    );
    expect(accept.tasks[0]?.lastError?.code).toBe("SOURCE_NOT_FOUND");
    await grant("Withdrawn", trustPolicy, [allow(everything, [code, output])]);
    await bench.installation.client.redrives.create({ dataset: "Withdrawn" });
    const run = await bench.settled("Withdrawn");
    expect(run.tasks[0]?.lastError).toMatchObject({
      code: "ACCESS_DENIED",
      message: expect.stringMatching(/s3:GetObject.*gone\.jsonl/s),
    });
  });
});

test("a configuration with wrong attributes is refused with every path at once", async () => {
  const body = json("Wrong", {
    computeEngine: { computeEngineType: "LAMBDA", concurrency: 0, timeoutInSeconds: 5 },
    readconnecter: {},
  });
  const refused = await bench.installation.client.datasets.create(body).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "CONFIG_INVALID" });
  const paths = (refused as { errors: { path: string }[] }).errors.map(({ path }) => path);
  expect(paths.toSorted()).toEqual(["computeEngine.concurrency", "computeEngine.timeoutInSeconds", "readconnecter"]);
});

test("the worker lives on", () => bench.expectWorkerLivesOn());
