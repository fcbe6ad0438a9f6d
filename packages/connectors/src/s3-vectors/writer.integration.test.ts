import { prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { openRefusingCloud } from "../testing/refusing-cloud.ts";
import { vectorDocument } from "../testing/vector-document.ts";
import { checkS3VectorsWrite } from "./check-access.ts";
import { s3VectorsTargetReadPermissions, s3VectorsWritePermissions } from "./permissions.ts";
import { provisionIndex, removeIndex } from "./provision.ts";
import { describeS3VectorsWriter, makeIndex, openWriter, storedIn } from "./testing/writer-suite.ts";
import { findIndex } from "./vector-index.ts";
import { openS3VectorsWriter } from "./writer.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeS3VectorsWriter(() => open.access);

describe("S3 Vectors as a target", () => {
  it("is written with just the rights it asks for, and read with those of a reader", async () => {
    const config = await makeIndex(open.access);
    const access = await open.narrowed(s3VectorsWritePermissions(config, open.access));
    expect(await checkS3VectorsWrite(config, access, signal)).toEqual([]);
    const writer = await openWriter(config, access);
    expect(await writer.write(await prepareAll(writer, [vectorDocument("a")]), signal)).toEqual([]);
    const reader = await open.narrowed(s3VectorsTargetReadPermissions(config, open.access));
    expect(await storedIn(config, reader)).toEqual(["a"]);
  });

  it("names the missing right and the statement to add", async () => {
    const config = await makeIndex(open.access);
    const [find, put] = s3VectorsWritePermissions(config, open.access);
    const access = await open.narrowed([find!]);
    expect(await checkS3VectorsWrite(config, access, signal)).toMatchObject([
      { code: "ACCESS_DENIED", statement: { Action: put!.actions[0], Resource: put!.resources[0] } },
    ]);
  });

  it("says when the index was made for other vectors", async () => {
    const config = await makeIndex(open.access);
    const other = { ...config, numDimensions: 5, distanceMetric: "EUCLIDEAN" as const };
    expect(await checkS3VectorsWrite(other, open.access, signal)).toMatchObject([
      { path: "writeConnector.numDimensions", code: "CONFIG_INVALID", fix: expect.stringContaining("3") },
      { path: "writeConnector.distanceMetric", fix: expect.stringContaining("COSINE") },
    ]);
    await expect(openWriter(other, open.access)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const gone = { ...config, indexName: "gone" };
    await expect(openWriter(gone, open.access)).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
  });

  it("is made once however often asked, and removed as often as asked", async () => {
    const config = await makeIndex(open.access);
    const made = await provisionIndex(config, open.access, signal);
    expect(made.map(({ kind }) => kind)).toEqual(["s3-vector-bucket", "s3-vector-index"]);
    await removeIndex(config, open.access, signal);
    await removeIndex(config, open.access, signal);
    expect(await findIndex(config, open.access)).toBeNull();
  });

  it("throws what passes by itself as worth repeating, and writes nothing twice after it", async () => {
    const config = await makeIndex(open.access);
    const writer = await openWriter(config, open.access);
    const prepared = await prepareAll(writer, [vectorDocument("a")]);
    open.faults.add({ kind: "throttle", service: "s3vectors", action: "PutVectors", times: 2 });
    await expect(writer.write(prepared, signal)).rejects.toMatchObject({ code: "THROTTLED" });
    expect(await writer.write(prepared, signal)).toEqual([]);
    expect(await storedIn(config, open.access)).toEqual(["a"]);
  });

  it.each(["KmsDisabledException", "KmsInvalidStateException", "ServiceQuotaExceededException"])(
    "fails the task when S3 Vectors refuses all documents alike: %s",
    async (name) => {
      const config = await makeIndex(open.access);
      const refusing = await openRefusingCloud(open.access, name, name === "ServiceQuotaExceededException" ? 402 : 400);
      try {
        const writer = openS3VectorsWriter({ config, access: refusing.access, index: { distanceMetric: "cosine" } });
        const prepared = await prepareAll(writer, ["a", "b"].map(vectorDocument));
        const thrown = await writer.write(prepared, signal).catch((error: unknown) => error);
        expect(thrown).toMatchObject({ code: "CLOUD_CALL_REFUSED", message: expect.stringContaining(name) });
        expect(refusing.calls).toHaveLength(1);
      } finally {
        refusing.close();
      }
    },
  );
});
