import type { ReadDocument, VectorsHandler } from "@letsdata/handlers/vectors/vectors-handler";
import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import { testHandler, textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { describe, expect, it } from "vitest";
import { callsAtOnce, type Embed, textsPerCall } from "./embed.ts";
import { vectorisingHandler } from "./vectorising-handler.ts";

const signal = new AbortController().signal;
const part = {
  message: "bad part",
  documentId: null,
  recordType: null,
  partitionKey: null,
  documentMetadata: {},
  startOffsets: null,
  endOffsets: null,
  document: null,
  parts: [],
};
const document = (text: string, fields: Record<string, unknown> = { text }) => ({
  documentId: text,
  partitionKey: text,
  recordType: null,
  body: JSON.stringify(fields),
  fields: () => fields,
});

/** `skip`, `error`, `throw` as in handler-conformance; `parts…` is a document with a failed part. */
const reader: Handler = {
  handle: (batch) =>
    batch.map((record): HandlerResult => {
      const text = new TextDecoder().decode(record.body);
      if (text.startsWith("skip")) return { kind: "skip", reason: null };
      if (text.startsWith("error")) return { kind: "error", error: { ...part, message: text } };
      if (text.startsWith("throw")) throw new Problem("HANDLER_EXCEPTION", text);
      return {
        kind: "document",
        document: document(text),
        ...(text.startsWith("parts") ? { partErrors: [part] } : {}),
      };
    }),
  close: async () => {},
};

/** Two texts of each document, none of `none…`; `…odd…` cannot be extracted, `…drop…` and `…fail…` come of constructing. */
const customer: VectorsHandler = {
  extract: async (documents) =>
    documents.map(({ document: { documentId: id } }) => {
      if (id.includes("odd")) return { kind: "invalid", code: "INVALID_DOCUMENT", message: "odd" };
      return { kind: "texts", texts: id.startsWith("none") ? {} : { title: id, plot: `${id}!` } };
    }),
  construct: async (documents) =>
    documents.map(({ document: { documentId: id }, vectors }): HandlerResult => {
      if (id.includes("drop")) return { kind: "skip", reason: "dropped" };
      if (id.includes("fail")) return { kind: "error", error: { ...part, message: "failed", parts: [part] } };
      return { kind: "document", document: document(id, { text: id, vectors }) };
    }),
  close: async () => {},
};

/** The text's length and its first letter's number. */
const vectorOf = (text: string) => [text.length, text.charCodeAt(0)];
const embed: Embed = async (texts) => ({ vectors: texts.map(vectorOf), isStandIn: false });

const open = (parts: { readonly vectors?: VectorsHandler; readonly embed?: Embed } = {}) =>
  vectorisingHandler({ handler: reader, vectors: customer, embed, endpoint: "minilm", ...parts });
const handle = async (texts: readonly string[], handler = open()) =>
  handler.handle(
    texts.map((text, n) => textRecord(text, n)),
    signal,
  );

testHandler("a read handler whose documents get vectors", {
  openHandler: () => open(),
  answersSynchronously: false,
  queuesBatches: false,
});

describe("documents", () => {
  it("get the vectors of their own texts, in their order, over any number of calls", async () => {
    const texts = Array.from({ length: 700 }, (_, n) => `${String.fromCharCode(97 + (n % 26))}${"x".repeat(n % 11)}`);
    let underWay = 0;
    let most = 0;
    const sizes: number[] = [];
    const slowest: Embed = async (asked) => {
      most = Math.max(most, ++underWay);
      sizes.push(asked.length);
      // Later calls are answered first.
      for (let turns = 20 - sizes.length; turns > 0; turns--) await Promise.resolve();
      underWay--;
      return { vectors: asked.map(vectorOf), isStandIn: false };
    };
    const results = await handle(texts, open({ embed: slowest }));
    const fields = results.map((result) => (result.kind === "document" ? result.document.fields() : null));
    expect(fields).toEqual(
      texts.map((text) => ({ text, vectors: { title: vectorOf(text), plot: vectorOf(`${text}!`) } })),
    );
    expect(most).toBe(callsAtOnce);
    expect(Math.max(...sizes)).toBe(textsPerCall);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1400);
    expect(sizes.filter((size) => size < textsPerCall).length).toBeLessThanOrEqual(3);
  });

  it("pass by as skips and errors, and become such where extracting or constructing says so", async () => {
    const texts = ["a", "skip 1", "error 2", "odd 3", "drop 4", "fail 5", "none 6", "b"];
    const results = await handle(texts);
    expect(results.map(({ kind }) => kind)).toEqual([
      "document",
      "skip",
      "error",
      "invalid",
      "skip",
      "error",
      "document",
      "document",
    ]);
    expect(results[6]).toMatchObject({ kind: "document" });
    expect(results[6]?.kind === "document" && results[6].document.fields().vectors).toEqual({});
  });

  it("keep the errors of their parts", async () => {
    const [good, failed, dropped, odd] = await handle(["parts", "parts fail", "parts drop", "parts odd"]);
    expect(good).toMatchObject({ kind: "document", partErrors: [part] });
    expect(failed).toMatchObject({ kind: "error", error: { message: "failed", parts: [part, part] } });
    expect(dropped).toMatchObject({ kind: "skip", reason: "dropped", partErrors: [part] });
    expect(odd).toMatchObject({ kind: "invalid", message: "odd", partErrors: [part] });
  });

  it("that are few are shared out among the calls that can be made at once", async () => {
    const sizes: number[] = [];
    const counting: Embed = async (asked) => {
      sizes.push(asked.length);
      return { vectors: asked.map(vectorOf), isStandIn: false };
    };
    await handle(
      Array.from({ length: 10 }, (_, n) => `a${n}`),
      open({ embed: counting }),
    );
    expect(sizes).toEqual([5, 5, 5, 5]);
    sizes.length = 0;
    await handle(["a"], open({ embed: counting }));
    expect(sizes).toEqual([1, 1]);
  });

  it("fail their task when vectors change their length", async () => {
    const lengths = [2, 2, 3];
    const handler = open({
      embed: async (texts) => {
        const length = lengths.shift() ?? 3;
        return { vectors: texts.map(() => Array.from({ length }, () => 1)), isStandIn: false };
      },
    });
    await handle(["a"], handler);
    await expect(handle(["b"], handler)).rejects.toMatchObject({
      code: "INFERENCE_FAILED",
      message: "The endpoint minilm answered vectors of 2 and later of 3 numbers.",
    });
  });

  it("end the other calls when one fails", async () => {
    let calls = 0;
    const ended: string[] = [];
    const handler = open({
      embed: (_texts, callSignal) =>
        ++calls === 1
          ? Promise.reject(new Problem("ACCESS_DENIED", "no"))
          : new Promise((_, reject) => {
              callSignal.addEventListener("abort", () => {
                ended.push("ended");
                reject(callSignal.reason);
              });
            }),
    });
    const texts = Array.from({ length: 200 }, (_, n) => `t${n}`);
    await expect(handle(texts, handler)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(ended).toHaveLength(callsAtOnce - 1);
  });
});

it("calls are told once, and which of them a stand-in answered", async () => {
  const handler = open({ embed: async (texts) => ({ vectors: texts.map(vectorOf), isStandIn: texts.length < 10 }) });
  await handle(
    Array.from({ length: 19 }, (_, n) => `t${n}`),
    handler,
  );
  const told = handler.takeInferences!();
  expect(told.milliseconds).toHaveLength(4);
  expect(told.standIns).toBe(1);
  expect(handler.takeInferences!()).toEqual({ milliseconds: [], waitedMilliseconds: 0, standIns: 0 });
});

it("closes both handlers", async () => {
  const closed: string[] = [];
  const handler = vectorisingHandler({
    handler: { ...reader, close: async () => void closed.push("reader") },
    vectors: { ...customer, close: async () => void closed.push("vectors") },
    embed,
    endpoint: "minilm",
  });
  await handler.close();
  expect(closed).toEqual(["reader", "vectors"]);
});

it("a vectors handler that answers too few is caught before a record is lost", async () => {
  const handler = open({
    vectors: {
      ...customer,
      construct: async (all: readonly ReadDocument[]) => all.slice(1).map(() => ({ kind: "skip", reason: null })),
    },
  });
  await expect(handle(["a", "b"], handler)).rejects.toMatchObject({ code: "BALANCE_BROKEN" });
});
