import { expect, test } from "vitest";
import { CompositeDoc, Document, ErrorDoc, SkipDoc } from "./index.ts";
import { runHandler, runVectorsHandler } from "./testing.ts";

class Vectors {
  extractDocumentElementsForVectorization({ title }: { title: unknown }) {
    return { title };
  }

  constructVectorDoc({ id, title }: { id: string; title: string }, vectors: Readonly<Record<string, number[]>>) {
    if (title === "hidden") return new SkipDoc(null, null, null, null, null, null, null, "hidden");
    if (title === "burst") throw new Error("no such title");
    return new Document("Document", id, null, null, null, { title, vectors });
  }
}

test("a vectors handler is run over documents: texts, documents with vectors, skips and errors", async () => {
  const titles = ["Alien", "hidden", 7];
  const documents = titles.map((title, n) => ({ id: String(n), title }));
  const run = await runVectorsHandler({ handler: Vectors, documents, vectorOf: (text) => [text.length] });
  expect(run.texts).toEqual([{ title: "Alien" }, { title: "hidden" }]);
  expect(run.documents).toMatchObject([{ documentId: "0", title: "Alien", vectors: { title: [5] } }]);
  expect(run.skips).toEqual([{ reason: "hidden" }]);
  expect(run.errors).toEqual([
    { code: "INVALID_DOCUMENT", message: expect.stringContaining("returned a number for title") },
  ]);
});

test("errors of a composite's parts are told, whatever became of the whole", async () => {
  const failed = (message: string) => new ErrorDoc(null, null, null, null, null, null, null, message);
  const handler = {
    parseMessage: (...[, , , , kind]: readonly unknown[]) => {
      const main = { good: new Document("Document", "1", null, null, null, {}), bad: failed("whole") }[String(kind)];
      const status = kind === "bad" ? "ERROR" : "SUCCESS";
      return { status, document: new CompositeDoc(main ?? null, [failed(`part of ${kind}`)]) };
    },
  };
  const run = await runHandler({ handler, interfaceName: "QueueMessageReader", records: ["good", "bad", "none"] });
  expect([run.documents.length, run.errors.length, run.skips.length]).toEqual([1, 1, 1]);
  expect(run.partErrors.map(({ message }) => message)).toEqual(["part of good", "part of bad", "part of none"]);
});

test("what it throws, and a method it lacks, are told as a task would", async () => {
  const documents = [{ title: "burst" }];
  await expect(runVectorsHandler({ handler: new Vectors(), documents })).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringContaining("constructVectorDoc threw"),
  });
  await expect(runVectorsHandler({ handler: {}, documents })).rejects.toThrow("lacks extractDocumentElements");
});

test.each([
  { recordHintType: "PATTERN", pattern: "", offset: -1 },
  { recordHintType: "OFFSET", pattern: null, offset: 0 },
])("a record end that fails a task fails the run: %o", async (hint) => {
  const handler = {
    getS3FileType: () => "LOG",
    getResolvedS3FileName: (_type: string, name: string) => name,
    getRecordStartPattern: () => null,
    getRecordEndPattern: () => hint,
    parseDocument: () => ({ status: "SKIP" }),
  };
  await expect(runHandler({ handler, content: "a\n" })).rejects.toMatchObject({ code: "INVALID_HINT" });
});
