import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import { toProblemMessage } from "@letsdata/compute/task-protocol";
import type { Trial, TrialRequest, TriedRecord } from "@letsdata/compute/trial";
import type { Handler, OutputDocument } from "@letsdata/plugin-kit/handler";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { ReadBatch, Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { writeConnector } from "./catalogue-entry.ts";
import { cloudAccess } from "./cloud-access.ts";
import { openReading } from "./open-reading.ts";
import { previewBody } from "./preview-body.ts";

const attributeLettersMax = 1_024;

/**
 * The first records of an assignment through its real reader and handler, and through the writer's `prepare`. Nothing is written,
 * archived, checkpointed or acknowledged: a queue's messages go back with the reader's `close`.
 */
export async function tryAssignment(request: TrialRequest, channel: TaskChannel): Promise<Trial> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  const { assignment } = request;
  const records: TriedRecord[] = [];
  const notices: string[] = [];
  const read = { records: 0, storedBytes: 0 };
  let writer: Writer | null = null;
  let sourceEnded = false;
  let failure: Trial["failure"] = null;
  try {
    const accessOf = cloudAccess(assignment, channel);
    writer = await openWriter(assignment, accessOf, notices);
    if (writer) keep(writer);
    const { reader, handler } = await openReading({ assignment, accessOf, keep });
    const silence = silenceLimit(request.waitSeconds);
    try {
      sourceEnded = true;
      for await (const batch of batchesUntil(reader, silence)) {
        if (batch.records.length > 0) silence.heard();
        read.records += batch.records.length;
        read.storedBytes += batch.bytesRead;
        for (const record of batch.records) {
          if (records.length === request.records) break;
          records.push(await tryRecord(record, handler, writer, records.length, channel.lost));
        }
        sourceEnded = false;
        if (records.length === request.records) break;
        sourceEnded = true;
      }
    } finally {
      silence.end();
    }
    if (silence.signal.aborted) {
      sourceEnded = false;
      notices.push(`The source gave no record for ${request.waitSeconds} s; the trial did not wait longer.`);
    }
    if (records.length === 0 && sourceEnded) notices.push("The source holds no record.");
  } catch (thrown) {
    sourceEnded = false;
    failure = toProblemMessage(asProblem(thrown));
  }
  await Promise.allSettled(opened.map((part) => part.close()));
  return { records, sourceEnded, notices, failure, limits: writer && { ...writer.limits }, read };
}

/** What LetsData would make first may have to be there for a writer to open: then its limits stay unknown. */
async function openWriter(
  { writer: target, task }: TrialRequest["assignment"],
  accessOf: ReturnType<typeof cloudAccess>,
  notices: string[],
): Promise<Writer | null> {
  try {
    const input = { config: target.config, access: accessOf(target), task };
    return await writeConnector(target.destination).openWriter(input);
  } catch (thrown) {
    notices.push(`Documents were not checked against ${target.destination}'s limits: ${asProblem(thrown).message}`);
    return null;
  }
}

interface SilenceLimit {
  readonly signal: AbortSignal;
  heard(): void;
  end(): void;
}

function silenceLimit(seconds: number): SilenceLimit {
  const controller = new AbortController();
  const start = () => setTimeout(() => controller.abort(), seconds * 1_000);
  let timer = start();
  return {
    signal: controller.signal,
    heard: () => {
      clearTimeout(timer);
      timer = start();
    },
    end: () => clearTimeout(timer),
  };
}

async function* batchesUntil(reader: Reader, silence: SilenceLimit): AsyncGenerator<ReadBatch> {
  try {
    for await (const batch of reader.read(null, silence.signal)) {
      yield batch;
      if (silence.signal.aborted) return;
    }
  } catch (thrown) {
    if (!silence.signal.aborted) throw thrown;
  }
}

async function tryRecord(
  record: SourceRecord,
  handler: Handler,
  writer: Writer | null,
  ordinal: number,
  signal: AbortSignal,
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
  };
  if (refused) return { ...tried, error: { origin: "SYSTEM", ...refused } };
  const began = performance.now();
  const result = (await handle(handler, record, signal))[0];
  const milliseconds = performance.now() - began;
  switch (result?.kind) {
    case "document":
      return { ...tried, milliseconds, ...(await prepared(result.document, writer, ordinal)) };
    case "skip":
      return { ...tried, milliseconds, outcome: "skip", skipReason: result.reason };
    case "error":
      return {
        ...tried,
        milliseconds,
        error: { origin: "HANDLER", code: "HANDLER_ERROR_DOC", message: result.error.message },
      };
    case "invalid":
      return { ...tried, milliseconds, error: { origin: "SYSTEM", code: result.code, message: result.message } };
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
