import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { openJavaScriptFileHandler } from "../javascript/open-handler.ts";
import { createRecordSplitter } from "../record-splitter/record-splitter.ts";

export interface TestedRecord {
  readonly record: SourceRecord;
  readonly result: HandlerResult;
}

/**
 * Runs a `SingleFileParser` over a local file (plain or gzip) in this process, as a task would: for handlers under development only.
 * Throws what a task would fail with: Problem ARTIFACT_INVALID, HANDLER_EXCEPTION, INVALID_HINT.
 */
export async function* testHandler(input: {
  /** Unpacked artifact with its support modules. */
  readonly artifactDir: string;
  readonly implementation?: string | null;
  readonly file: string;
}): AsyncGenerator<TestedRecord> {
  const host = await openJavaScriptFileHandler({ ...input, taskId: "test" });
  const framing = await host.frame(input.file);
  const signal = new AbortController().signal;
  for await (const batch of createRecordSplitter(framing).split(await plainBytes(input.file), 0)) {
    const whole = batch.records.filter((record) => record.refused === undefined);
    const results = await host.handler.handle(whole, signal);
    for (const [i, record] of whole.entries()) yield { record, result: results[i] as HandlerResult };
  }
}

async function plainBytes(file: string): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0).finally(() => handle.close());
  const stream = createReadStream(file);
  return buffer[0] === 0x1f && buffer[1] === 0x8b ? stream.pipe(createGunzip()) : stream;
}
