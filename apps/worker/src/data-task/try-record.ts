import type { TriedRecord } from "@letsdata/compute/trial";
import type { Handler, OutputDocument } from "@letsdata/plugin-kit/handler";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { previewBody } from "./preview-body.ts";

const attributeLettersMax = 1_024;

export interface TryRecordInput {
  readonly handler: Handler;
  /** Null where the destination's limits could not be asked. */
  readonly writer: Writer | null;
  /** Place of the record among those tried. */
  readonly ordinal: number;
  readonly signal: AbortSignal;
  /** A stand-in gave its vectors and no model. */
  readonly onStandIn: () => void;
}

/** One record through the handler and the writer's `prepare`. Throws what the handler throws, as HANDLER_EXCEPTION. */
export async function tryRecord(
  record: SourceRecord,
  { handler, writer, ordinal, signal, onStandIn }: TryRecordInput,
): Promise<TriedRecord> {
  const { source, start, end, attributes, body, refused } = record;
  const tried: TriedRecord = {
    source: { ...source, start: String(start), end: String(end) },
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, value.slice(0, attributeLettersMax)]),
    ),
    body: previewBody(body),
    outcome: "error",
    document: null,
    skipReason: null,
    error: null,
    milliseconds: 0,
    modelMilliseconds: null,
  };
  if (refused) return { ...tried, error: { origin: "SYSTEM", ...refused } };
  const began = performance.now();
  const result = (await handle(handler, record, signal))[0];
  const inferences = handler.takeInferences?.();
  const modelMilliseconds = inferences?.waitedMilliseconds ?? null;
  const milliseconds = performance.now() - began - (modelMilliseconds ?? 0);
  if (inferences && inferences.standIns > 0) onStandIn();
  const times = { milliseconds, modelMilliseconds };
  switch (result?.kind) {
    case "document":
      return { ...tried, ...times, ...(await prepared(result.document, writer, ordinal)) };
    case "skip":
      return { ...tried, ...times, outcome: "skip", skipReason: result.reason };
    case "error":
      return {
        ...tried,
        ...times,
        error: { origin: "HANDLER", code: "HANDLER_ERROR_DOC", message: result.error.message },
      };
    case "invalid":
      return { ...tried, ...times, error: { origin: "SYSTEM", code: result.code, message: result.message } };
    default:
      throw new Problem("BALANCE_BROKEN", "The handler answered no result for a record.");
  }
}

async function handle(handler: Handler, record: SourceRecord, signal: AbortSignal) {
  try {
    return await handler.handle([record], signal);
  } catch (thrown) {
    throw asProblem(thrown, "HANDLER_EXCEPTION");
  }
}

/** As the pipeline would judge it before writing. */
async function prepared(
  document: OutputDocument,
  writer: Writer | null,
  ordinal: number,
): Promise<Pick<TriedRecord, "outcome" | "document" | "error">> {
  const { documentId, partitionKey, recordType } = document;
  const shown = {
    documentId,
    partitionKey,
    recordType,
    body: previewBody(Buffer.from(document.body)),
    countedBytes: null,
  };
  const answer = await writer?.prepare(document, ordinal);
  if (!answer) return { outcome: "document", document: shown, error: null };
  if ("code" in answer) return { outcome: "error", document: shown, error: { origin: "SYSTEM", ...answer } };
  const counted = { ...shown, countedBytes: answer.bytes };
  const { maxDocumentBytes } = writer!.limits;
  if (answer.bytes <= maxDocumentBytes) return { outcome: "document", document: counted, error: null };
  const message = `The document has ${answer.bytes} bytes, the target takes ${maxDocumentBytes}`;
  return { outcome: "error", document: counted, error: { origin: "SYSTEM", code: "DOCUMENT_TOO_LARGE", message } };
}
