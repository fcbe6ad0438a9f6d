import { join } from "node:path";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostUnderTest, hostHelpers, testHost } from "../host-process/testing/host-suite.ts";
import type { RecordInterface } from "../record-arguments.ts";
import { testOrders } from "../state-machine/testing/orders-suite.ts";
import { buildJavaArtifact } from "./host-classes.ts";
import { javaHostWith } from "./open-handler.ts";
import { installedJavas } from "./testing/installed-javas.ts";

let artifactDir: string;
beforeAll(async () => {
  artifactDir = await buildJavaArtifact(join(import.meta.dirname, "testing/artifact"));
}, 120_000);

const row = (name: string, body: unknown, attributes: Readonly<Record<string, string>>): SourceRecord => ({
  source: { type: "3", name },
  start: "77",
  end: "77",
  body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  attributes,
});

/** Every version on this machine: up to 23 Java's own means contain handlers, from 24 on the kernel's. */
const javas = installedJavas();
const notTried = [
  ...(javas.some(({ version }) => version < 24) ? [] : ["up to 23"]),
  ...(javas.some(({ version }) => version >= 24) ? [] : ["24 and newer"]),
];
for (const versions of notTried)
  console.warn(`No Java ${versions} is here to test with; LETSDATA_JAVA_HOMES can name one.`);

describe.each(javas)("with Java $version", ({ java }) => {
  const javaHost = javaHostWith(java);
  afterAll(() => javaHost.close?.());

  const underTest: HostUnderTest = {
    language: "Java",
    host: javaHost,
    source: () => ({ artifactDir, implementation: "com.acme.SingleFileParser" }),
    exitMessage: "A handler may not end its process",
    unusable: "null",
    escapes: 8,
    sourceFile: join(import.meta.dirname, "testing/artifact/com/acme/SingleFileParser.java"),
    hangs: { loop: /for \(;;\) kept\.clear/, sleep: /Thread\.sleep/ },
  };
  const { handle, bodyOf } = hostHelpers(underTest);

  testHost(underTest);

  test("parseDocument gets file, offset and bytes in an array that goes on behind them", async () => {
    const [, result] = await handle("first", "arguments");
    const fields = result?.kind === "document" ? result.document.fields() : {};
    expect(fields.arguments).toEqual(["LOG", "log.gz", 100, true, 0, 9]);
  });

  test("a body is exactly what serialize() returns: no number is changed on the way", async () => {
    expect(await bodyOf("big")).toBe('{"text":"big","big":12345678901234567890,"one":1.0}');
  });

  test("a body that is no JSON is written as it is; where fields are needed it is one of them", async () => {
    const [result] = await handle("words");
    if (result?.kind !== "document") throw new Error(JSON.stringify(result));
    expect(result.document.body).toBe("no JSON é😀\ud800");
    expect(result.document.fields()).toMatchObject({ documentId: "words", documentMetadata: { m: 1 } });
    expect(result.document.fields().document).toBe(result.document.body);
  });

  test("an error record keeps what the handler filled in; no result and no body are error records", async () => {
    const [error, nothing, bodyless] = await handle("error x", "null", "nobody");
    expect(error).toMatchObject({ error: { message: "error x", startOffsets: { LOG: "7" }, document: "the body" } });
    expect(nothing).toMatchObject({ kind: "invalid", message: expect.stringContaining("returned null") });
    expect(bodyless).toMatchObject({ kind: "invalid", message: expect.stringContaining("serialize() returned null") });
  });

  test("an exception tells record, line and the handler's own stack", async () => {
    await expect(handle("a", "throw up")).rejects.toMatchObject({
      code: "HANDLER_EXCEPTION",
      message: expect.stringMatching(
        /^parseDocument threw at byte 100 of log\.gz: java\.lang\.IllegalArgumentException: throw up \(line \d+ of SingleFileParser\.java\)$/,
      ),
      details: {
        stack: expect.stringMatching(
          /throw up\s+at com\.acme\.SingleFileParser\.parseDocument\(SingleFileParser\.java:\d+\)\s*$/,
        ),
      },
    });
    await expect(handle("recurse")).rejects.toMatchObject({
      code: "HANDLER_EXCEPTION",
      message: expect.stringContaining("java.lang.StackOverflowError"),
    });
  });

  test.each<[RecordInterface, SourceRecord, string]>([
    [
      "QueueMessageReader",
      row("queue", "body é", { messageId: "m", messageAttributes: '{"a":"b"}' }),
      "[m, null, null, {a=b}, body é]",
    ],
    [
      "KinesisRecordReader",
      row("arn", "ab", { partitionKey: "k", approximateArrivalTimestamp: "1700000000123" }),
      "[arn, 3, k, 77, 1700000000123, [97, 98]]",
    ],
    [
      "DynamoDBStreamsRecordReader",
      row(
        "arn",
        { keys: { id: 1 }, oldImage: {} },
        { eventId: "e", eventName: "INSERT", sizeBytes: "9", approximateCreationDateTime: "1700000000" },
      ),
      "[e, INSERT, null, 9, 1700000000000, {id=1}, {}, {}]",
    ],
    [
      "DynamoDBTableItemReader",
      row("table", '{"keys":{"id":"i"},"item":{"n":12345678901234567890.10,"l":[true,null]}}', {}),
      "[table, 3, {id=i}, {n=12345678901234567890.10, l=[true, null]}, BigDecimal]",
    ],
  ])("%s gets its published arguments", async (interfaceName, record, told) => {
    const implementation = "com.acme.EveryRecordReader";
    const handler = await javaHost.openRecordHandler({ artifactDir, taskId: "task", interfaceName, implementation });
    const [result] = await handler.handle([record], new AbortController().signal);
    await handler.close();
    expect(result?.kind === "document" ? result.document.body : result).toBe(told);
  });

  test("a bad artifact is told at initialisation: no name, no class, wrong class, no JAR", async () => {
    const describe = (implementation?: string, folder = artifactDir) =>
      javaHost.describe({
        artifactDir: folder,
        interfaceName: "SingleFileParser",
        ...(implementation ? { implementation } : {}),
      });
    const refused = (text: string) => ({ code: "ARTIFACT_INVALID", message: expect.stringContaining(text) });
    await expect(describe()).rejects.toMatchObject(refused("full name of the class"));
    await expect(describe("com.acme.Missing")).rejects.toMatchObject(refused("has no class com.acme.Missing"));
    await expect(describe("com.acme.OrdersReader")).rejects.toMatchObject(refused("does not implement com.resonance"));
    await expect(describe("com.acme.Orders", import.meta.dirname)).rejects.toMatchObject(refused("no JAR"));
    expect(await describe("com.acme.SingleFileParser")).toEqual({
      language: "JAVA",
      interfaces: { SingleFileParser: "com.acme.SingleFileParser" },
    });
  });

  testOrders("Java", javaHost, (reader) => ({
    artifactDir,
    implementation: reader === "SingleFileStateMachineReader" ? "com.acme.OrdersReader" : "com.acme.PairsReader",
    parserImplementations: { "*": "com.acme.SingleFileStateMachineParser" },
  }));
});
