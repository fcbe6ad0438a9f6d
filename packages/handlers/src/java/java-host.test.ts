import { join } from "node:path";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostUnderTest, hostHelpers, testHost } from "../host-process/testing/host-suite.ts";
import { testRecordInterfaces } from "../interfaces/testing/record-suite.ts";
import { testLivingDocuments } from "../state-machine/testing/living-documents-suite.ts";
import { testOrders } from "../state-machine/testing/orders-suite.ts";
import { buildJavaArtifact } from "./host-classes.ts";
import { javaHostWith } from "./open-handler.ts";
import { installedJavas } from "./testing/installed-javas.ts";

let artifactDir: string;
beforeAll(async () => {
  artifactDir = await buildJavaArtifact(join(import.meta.dirname, "testing/artifact"));
}, 300_000);

const everyRecordReader = "com.acme.EveryRecordReader";

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
    hangs: { loop: /for \(;;\) kept\.clear/, sleep: /Thread\.sleep|\bsleep\(\);/ },
    crashesIn: /com\.acme\.SingleFileParser\.die/,
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

  testRecordInterfaces({
    name: "Java",
    open: (interfaceName) =>
      javaHost.openRecordHandler({ artifactDir, taskId: "task", interfaceName, implementation: everyRecordReader }),
    answersSynchronously: false,
    queuesBatches: true,
  });

  test("numbers of items are BigDecimal: no digit is lost", async () => {
    const of = { artifactDir, taskId: "task", implementation: everyRecordReader } as const;
    const handler = await javaHost.openRecordHandler({ ...of, interfaceName: "DynamoDBTableItemReader" });
    const body = Buffer.from('{"item":{"text":"a","n":12345678901234567890.10,"i":7}}');
    const source = { type: "3", name: "table" };
    const record: SourceRecord = { source, start: "77", end: "77", body, attributes: {} };
    const [result] = await handler.handle([record], new AbortController().signal);
    await handler.close();
    if (result?.kind !== "document") throw new Error(JSON.stringify(result));
    expect(result.document.body).toContain('{"text":"a","n":12345678901234567890.10,"i":7}');
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

  testLivingDocuments("Java", javaHost, () => ({
    artifactDir,
    implementation: "com.acme.OrdersReader",
    parserImplementations: { "*": "com.acme.SingleFileStateMachineParser" },
  }));
});
