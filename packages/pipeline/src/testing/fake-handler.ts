import type { Handler, HandlerResult, OutputDocument } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";

const decoder = new TextDecoder();

/**
 * Text `skip…` is skipped, `error…` fails, `throw…` throws, anything else becomes a document with the text as its id. `workOn`: what an
 * asynchronous one does before it answers of a record, one after the other.
 */
export function fakeHandler({
  asynchronous = false,
  queues = false,
  workOn,
}: {
  readonly asynchronous?: boolean;
  readonly queues?: boolean;
  readonly workOn?: (record: SourceRecord) => Promise<void>;
} = {}): Handler {
  const handleOne = (record: SourceRecord): HandlerResult => {
    const text = decoder.decode(record.body);
    if (text.startsWith("skip")) return { kind: "skip", reason: null };
    if (text.startsWith("throw")) throw new Problem("HANDLER_EXCEPTION", `Error: ${text}`);
    if (text.startsWith("error")) {
      return {
        kind: "error",
        error: {
          message: text,
          documentId: null,
          recordType: null,
          partitionKey: null,
          documentMetadata: {},
          startOffsets: null,
          endOffsets: null,
          document: null,
          parts: [],
        },
      };
    }
    return { kind: "document", document: textDocument(text) };
  };
  let before: Promise<unknown> = Promise.resolve();
  const handleSlowly = async (batch: readonly SourceRecord[]): Promise<HandlerResult[]> => {
    const results: HandlerResult[] = [];
    for (const record of batch) {
      await workOn?.(record);
      results.push(handleOne(record));
    }
    return results;
  };
  /** Batches that are queued wait for those before them. */
  const inTurn = (batch: readonly SourceRecord[]): Promise<HandlerResult[]> => {
    const handled = before.then(() => handleSlowly(batch));
    before = handled.catch(() => {});
    return handled;
  };
  return {
    ...(queues ? { queuesBatches: true } : {}),
    handle: asynchronous ? (workOn ? inTurn : handleSlowly) : (batch) => batch.map(handleOne),
    close: async () => {},
  };
}

function textDocument(text: string): OutputDocument {
  const fields = { documentId: text, partitionKey: text, text };
  return {
    documentId: text,
    partitionKey: text,
    recordType: null,
    body: JSON.stringify(fields),
    fields: () => fields,
  };
}
