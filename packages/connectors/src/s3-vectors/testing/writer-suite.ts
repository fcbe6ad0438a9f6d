import { GetVectorsCommand, ListVectorsCommand, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import { describe, expect, it } from "vitest";
import { DIMENSIONS, documentWith, vectorDocument } from "../../testing/vector-document.ts";
import { namesOf, type VectorIndexTarget } from "../permissions.ts";
import { provisionIndex } from "../provision.ts";
import { configuredIndex } from "../vector-index.ts";
import { openS3VectorsWriter } from "../writer.ts";

const signal = new AbortController().signal;
let made = 0;

export async function makeIndex(access: CloudAccess): Promise<VectorIndexTarget> {
  const name = `vectors-${Date.now()}-${made++}`;
  const config: VectorIndexTarget = {
    resourceLocation: "LetsData",
    vectorBucketName: name,
    indexName: name,
    numDimensions: DIMENSIONS,
    distanceMetric: "COSINE",
  };
  await provisionIndex(config, access, signal);
  return config;
}

export async function openWriter(config: VectorIndexTarget, access: CloudAccess) {
  return openS3VectorsWriter({ config, access, index: await configuredIndex(config, access) });
}

export async function storedIn(config: VectorIndexTarget, access: CloudAccess): Promise<readonly string[]> {
  const s3Vectors = clientFor(S3VectorsClient, access);
  const keys: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await s3Vectors.send(new ListVectorsCommand({ ...namesOf(config), nextToken }));
    keys.push(...(page.vectors ?? []).map(({ key }) => key ?? ""));
    nextToken = page.nextToken;
  } while (nextToken);
  return keys;
}

/** What the writer promises on any S3 Vectors. */
export function describeS3VectorsWriter(openAccess: () => CloudAccess): void {
  testWriter("the S3 Vectors writer", {
    repeatsOverwrite: true,
    rejectNext: null,
    documentOf: vectorDocument,
    openTarget: async () => {
      const config = await makeIndex(openAccess());
      const open = () => openWriter(config, openAccess());
      return { writer: await open(), stored: () => storedIn(config, openAccess()), reopen: open };
    },
  });

  describe("the S3 Vectors writer", () => {
    it("stores vectors with the document's scalar fields", async () => {
      const config = await makeIndex(openAccess());
      const writer = await openWriter(config, openAccess());
      const document = documentWith("a", { vectors: { title: [1, 0, 0], text: [0, 0.5, 0] }, page: 7, nested: {} });
      expect(await writer.write(await prepareAll(writer, [document]), signal)).toEqual([]);
      const { vectors } = await clientFor(S3VectorsClient, openAccess()).send(
        new GetVectorsCommand({
          ...namesOf(config),
          keys: ["a#title", "a#text"],
          returnData: true,
          returnMetadata: true,
        }),
      );
      expect(vectors?.map(({ key, data }) => [key, data?.float32]).sort()).toEqual([
        ["a#text", [0, 0.5, 0]],
        ["a#title", [1, 0, 0]],
      ]);
      expect(vectors?.[0]?.metadata).toEqual({ documentId: "a", page: 7 });
    });

    it.each([
      ["a vector of zeros", { v: [0, 0, 0] }, "INVALID_VECTOR"],
      ["over 2 KB to filter by", { v: [1, 0, 0], note: "x".repeat(2100) }, "DOCUMENT_TOO_LARGE"],
      ["over 40 KB of metadata", { v: [1, 0, 0], text: "x".repeat(41_000) }, "DOCUMENT_TOO_LARGE"],
    ])("refuses %s before anything is sent", async (_, fields, code) => {
      const writer = await openWriter(await makeIndex(openAccess()), openAccess());
      expect(await writer.prepare(documentWith("a", fields), 0)).toMatchObject({ code });
    });

    it("keeps a long text beside what can be filtered by", async () => {
      const config = await makeIndex(openAccess());
      const writer = await openWriter(config, openAccess());
      const document = documentWith("a", { v: [1, 0, 0], text: "x".repeat(39_000) });
      expect(await writer.write(await prepareAll(writer, [document]), signal)).toEqual([]);
      expect(await storedIn(config, openAccess())).toEqual(["a"]);
    });

    it("writes the others when the index refuses one document of a batch, and names that one", async () => {
      const config = await makeIndex(openAccess());
      const writer = await openWriter(config, openAccess());
      const prepared = await prepareAll(writer, ["a", "b", "c"].map(vectorDocument));
      const bad = [{ id: "b", vector: [1], metadata: {} }];
      const batch = prepared.map((one, at) => (at === 1 ? { ...one, payload: bad } : one));
      expect(await writer.write(batch, signal)).toMatchObject([{ index: 1, retry: false }]);
      expect([...(await storedIn(config, openAccess()))].sort()).toEqual(["a", "c"]);
    });
  });
}
