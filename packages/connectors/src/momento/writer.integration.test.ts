import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { DIMENSIONS, documentWith, vectorDocument } from "../testing/vector-document.ts";
import { checkMomentoWrite } from "./check-access.ts";
import { type MomentoTarget, momentoWritePermissions } from "./permissions.ts";
import { provisionMomentoIndex, removeMomentoIndex } from "./provision.ts";
import { startFakeMomento } from "./testing/fake-momento.ts";
import { openMomentoWriter } from "./writer.ts";

let open: OpenCloud;
let momento: Awaited<ReturnType<typeof startFakeMomento>>;
let made = 0;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
  momento = await startFakeMomento();
});
afterAll(async () => {
  await momento.stop();
  await open.cloud.remove();
});

async function target(token = momento.token()): Promise<MomentoTarget> {
  const secrets = clientFor(SecretsManagerClient, open.access);
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: `momento-${made++}`, SecretString: token }));
  return {
    resourceLocation: "LetsData",
    indexName: `index-${made++}`,
    numDimensions: DIMENSIONS,
    similarityMetric: "COSINE_SIMILARITY",
    momentoAuthTokenArn: ARN,
  };
}

async function makeIndex() {
  const config = await target();
  await provisionMomentoIndex(config, open.access, signal);
  return config;
}
const storedIn = ({ indexName }: MomentoTarget) => momento.indexes.get(indexName!)!.items;
const openWriter = (config: MomentoTarget) => openMomentoWriter({ config, access: open.access });

testWriter("the Momento writer", {
  repeatsOverwrite: true,
  rejectNext: (indexes) => momento.refuse(indexes),
  documentOf: vectorDocument,
  openTarget: async () => {
    const config = await makeIndex();
    return {
      writer: await openWriter(config),
      stored: () => Promise.resolve([...storedIn(config).keys()]),
      reopen: () => openWriter(config),
    };
  },
});

describe("Momento as a target", () => {
  it("stores vectors with the document's scalar fields in their types", async () => {
    const config = await makeIndex();
    const writer = await openWriter(config);
    const fields = { vectors: { a: [1, 0, 0], b: [0, 0.5, -1] }, page: -7, score: 0.25, draft: true };
    expect(await writer.write(await prepareAll(writer, [documentWith("é", fields)]), signal)).toEqual([]);
    expect(storedIn(config).get("é#b")).toEqual({
      vector: [0, 0.5, -1],
      metadata: new Map<string, unknown>([
        ["documentId", "é"],
        ["page", -7],
        ["score", 0.25],
        ["draft", true],
      ]),
    });
    expect([...storedIn(config).keys()]).toEqual(["é#a", "é#b"]);
  });

  it("counts each call to the target, and not that for its token", async () => {
    let calls = 0;
    const onRequest = () => {
      calls++;
    };
    const writer = await openMomentoWriter({ config: await makeIndex(), access: { ...open.access, onRequest } });
    expect(calls).toBe(0);
    const batch = await prepareAll(writer, [vectorDocument("a"), vectorDocument("b")]);
    for (const calledAfter of [1, 2]) {
      await writer.write(batch, signal);
      expect(calls).toBe(calledAfter);
    }
  });

  it("sends a document again when one of its vectors was not stored", async () => {
    const config = await makeIndex();
    const writer = await openWriter(config);
    const two = (id: string) => documentWith(id, { vectors: { a: [1, 0, 0], b: [0, 1, 0] } });
    momento.refuse([3]);
    expect(await writer.write(await prepareAll(writer, ["x", "y", "z"].map(two)), signal)).toMatchObject([
      { index: 1, retry: true },
    ]);
  });

  it("needs only the right to read its token, and finds what is wrong without writing", async () => {
    const config = await makeIndex();
    const narrow = await open.narrowed(momentoWritePermissions(config));
    expect(await checkMomentoWrite(config, narrow, signal)).toEqual([]);
    expect(await checkMomentoWrite(config, await open.narrowed([]), signal)).toMatchObject([
      { code: "ACCESS_DENIED", statement: { Action: "secretsmanager:GetSecretValue" } },
    ]);
    const other = { ...config, numDimensions: 5 };
    expect(await checkMomentoWrite(other, open.access, signal)).toMatchObject([
      { path: "writeConnector.numDimensions", fix: expect.stringContaining("Set numDimensions to 3") },
    ]);
    const byProduct = { ...config, similarityMetric: "INNER_PRODUCT" as const };
    expect(await checkMomentoWrite(byProduct, open.access, signal)).toMatchObject([
      { path: "writeConnector.similarityMetric", fix: expect.stringContaining("to COSINE_SIMILARITY") },
    ]);
    const gone = { ...config, indexName: "gone", resourceLocation: "Customer" as const };
    expect(await checkMomentoWrite(gone, open.access, signal)).toMatchObject([{ code: "RESOURCE_NOT_FOUND" }]);
    const wrongKey = await target(momento.token("wrong-key"));
    const refused = await checkMomentoWrite(wrongKey, open.access, signal);
    expect(refused).toMatchObject([
      { code: "ACCESS_DENIED", message: `Momento refuses the token in ${wrongKey.momentoAuthTokenArn}.` },
    ]);
    expect(JSON.stringify(refused)).not.toContain("wrong-key");
    const nowhere = Buffer.from('{"endpoint":"http://127.0.0.1:1","api_key":"geheim"}').toString("base64");
    const silent = await checkMomentoWrite(await target(nowhere), open.access, signal);
    expect(silent).toMatchObject([{ code: "CLOUD_UNAVAILABLE", path: "writeConnector.momentoAuthTokenArn" }]);
    expect(JSON.stringify(silent)).not.toContain("geheim");
    const noKey = await target("geheim");
    const findings = await checkMomentoWrite(noKey, open.access, signal);
    expect(findings).toMatchObject([{ code: "CONFIG_INVALID" }]);
    expect(JSON.stringify(findings)).not.toContain("geheim");
  });

  it("tells what passes by itself from what does not", async () => {
    const config = await makeIndex();
    const writer = await openWriter(config);
    const prepared = await prepareAll(writer, [vectorDocument("a")]);
    for (const [status, code] of [
      [8, "THROTTLED"],
      [14, "CLOUD_UNAVAILABLE"],
      [7, "ACCESS_DENIED"],
    ] as const) {
      momento.fail(status);
      await expect(writer.write(prepared, signal)).rejects.toMatchObject({ code });
    }
    await expect(writer.write(prepared, AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
  });

  it("is made once however often asked, and removed as often as asked", async () => {
    const config = await makeIndex();
    await provisionMomentoIndex(config, open.access, signal);
    await removeMomentoIndex(config, open.access, signal);
    await removeMomentoIndex(config, open.access, signal);
    expect(momento.indexes.has(config.indexName!)).toBe(false);
  });
});
