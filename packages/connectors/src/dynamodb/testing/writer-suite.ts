import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import {
  makeDocument,
  prepareAll,
  testWriter,
  type WriterConformance,
} from "@letsdata/plugin-kit/testing/writer-conformance";
import { describe, expect, it } from "vitest";
import { plainJson } from "../../dynamodb-plain-json.ts";
import { makeTable } from "../../testing/make-table.ts";
import { configuredKeys } from "../check-access.ts";
import type { DynamodbTarget } from "../permissions.ts";
import { openDynamodbWriter } from "../writer.ts";

const signal = new AbortController().signal;

export function targetOf(
  { tableName }: { readonly tableName: string },
  partitionKeyAttributeName = "documentId",
  sortKeyAttributeName?: string,
): DynamodbTarget {
  return {
    resourceLocation: "Customer",
    tableName,
    partitionKeyAttributeName,
    ...(sortKeyAttributeName === undefined ? {} : { sortKeyAttributeName }),
  };
}

export async function openWriter(config: DynamodbTarget, access: CloudAccess) {
  return openDynamodbWriter({ config, access, keys: await configuredKeys(config, access) });
}

export function documentOf(body: string): OutputDocument {
  const fields = JSON.parse(body) as Readonly<Record<string, unknown>>;
  return { ...makeDocument(String(fields.documentId)), body, fields: () => fields };
}

/** What the writer promises on any DynamoDB. */
export function describeDynamodbWriter(
  openAccess: () => CloudAccess,
  rejectNext: WriterConformance["rejectNext"],
): void {
  let made = 0;
  const table = (keys?: Parameters<typeof makeTable>[2]) =>
    makeTable(openAccess(), `write-${Date.now()}-${made++}`, keys);

  testWriter("the DynamoDB writer", {
    repeatsOverwrite: true,
    rejectNext,
    openTarget: async () => {
      const target = await table();
      const open = () => openWriter(targetOf(target), openAccess());
      return {
        writer: await open(),
        stored: async () => (await target.stored()).map(({ documentId }) => documentId!.S!),
        reopen: open,
      };
    },
  });

  describe("the DynamoDB writer", () => {
    it("stores a document's fields as attributes, with all digits of its numbers", async () => {
      const target = await table();
      const writer = await openWriter(targetOf(target), openAccess());
      const body = `{"documentId":"a","long":${"1234567890".repeat(3)},"list":[1,{"deep":null}],"yes":true,"empty":""}`;
      expect(await writer.write(await prepareAll(writer, [documentOf(body)]), signal)).toEqual([]);
      const [item] = await target.stored();
      const inOrder = Object.fromEntries(Object.keys(JSON.parse(body)).map((name) => [name, item![name]!]));
      expect(plainJson(inOrder)).toBe(body);
      expect(Object.keys(item!).sort()).toEqual(Object.keys(JSON.parse(body)).sort());
    });

    it.each([
      ["leaves them out", '{"n":1}'],
      ["has none to name", '{"documentId":null,"partitionKey":null,"n":1}'],
    ])("takes the document's own id and partition key as keys where the body %s", async (_, body) => {
      const target = await table({ documentId: "S", partitionKey: "S" });
      const writer = await openWriter(targetOf(target, "documentId", "partitionKey"), openAccess());
      const document = { ...documentOf(body), documentId: "made", partitionKey: "also made" };
      expect(await writer.write(await prepareAll(writer, [document]), signal)).toEqual([]);
      expect(await target.stored()).toEqual([
        { documentId: { S: "made" }, partitionKey: { S: "also made" }, n: { N: "1" } },
      ]);
    });

    it.each([
      ["missing", '{"documentId":"a","n":1}', "missing"],
      ["null", '{"documentId":"a","id":null,"n":1}', "missing"],
      ["of another type", '{"documentId":"a","id":7,"n":1}', "is not text"],
      ["empty", '{"documentId":"a","id":"","n":1}', "is empty"],
      ["too long", `{"documentId":"a","id":"${"x".repeat(2049)}","n":1}`, "2049 bytes"],
    ])("refuses a document whose key is %s, as an error record", async (_, body, why) => {
      const writer = await openWriter(targetOf(await table({ id: "S", n: "N" }), "id", "n"), openAccess());
      const refused = await writer.prepare(documentOf(body), 0);
      expect(refused).toMatchObject({ code: "INVALID_DOCUMENT_KEY", message: expect.stringContaining(why) });
    });

    it("takes an item up to 400 KB as DynamoDB counts it, and not a byte more", async () => {
      const target = await table();
      const writer = await openWriter(targetOf(target), openAccess());
      const ofBytes = (bytes: number) => documentOf(JSON.stringify({ documentId: "a", t: "x".repeat(bytes - 12) }));
      expect(await writer.write(await prepareAll(writer, [ofBytes(409_600)]), signal)).toEqual([]);
      expect(await target.stored()).toHaveLength(1);
      expect(await writer.prepare(ofBytes(409_601), 0)).toMatchObject({ code: "DOCUMENT_TOO_LARGE" });
    });

    it("tells equal keys, however they are written", async () => {
      const writer = await openWriter(targetOf(await table({ id: "S", n: "N" }), "id", "n"), openAccess());
      const keys = ["1", "1.0", "10e-1", "2"].map(async (n) => {
        const prepared = await writer.prepare(documentOf(`{"documentId":"d","id":"a","n":${n}}`), 0);
        return "key" in prepared ? prepared.key : null;
      });
      const [one, same, again, two] = await Promise.all(keys);
      expect([same, again]).toEqual([one, one]);
      expect(two).not.toBe(one);
    });

    it("writes the others when the table refuses one item of a batch, and names that one", async () => {
      const target = await table();
      const writer = await openWriter(targetOf(target), openAccess());
      const prepared = await prepareAll(
        writer,
        ["a", "b", "c"].map((id) => makeDocument(id)),
      );
      const batch = prepared.map((one, index) => (index === 1 ? { ...one, payload: { documentId: { N: "1" } } } : one));
      expect(await writer.write(batch, signal)).toMatchObject([{ index: 1, retry: false }]);
      expect((await target.stored()).map(({ documentId }) => documentId!.S).sort()).toEqual(["a", "c"]);
    });
  });
}
