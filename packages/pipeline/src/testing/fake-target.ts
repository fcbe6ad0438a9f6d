import type { ErrorFile, ErrorRecord, ErrorSink } from "@letsdata/plugin-kit/error-sink";
import type { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Rejection, Writer, WriterLimits } from "@letsdata/plugin-kit/writer";

/** What a write call suffers; null = nothing. */
export type WriteFault =
  | { readonly kind: "throw"; readonly problem: Problem }
  | { readonly kind: "reject"; readonly rejections: readonly Rejection[] }
  | null;

/** A target in memory that outlives the writers opened on it. */
export class FakeTarget {
  /** Document ids in the order they became durable, repeats included. */
  readonly stored: string[] = [];
  readonly calls: (readonly string[])[] = [];
  writesUnderWay = 0;
  writesUnderWayMax = 0;

  openWriter({
    limits = { maxDocumentBytes: 1_000, maxBatchDocuments: 7, maxBatchBytes: 5_000 },
    concurrentBatches = 1,
    fault = () => null,
    onWrite,
    asynchronousPrepare = false,
    keyOf,
  }: {
    readonly limits?: WriterLimits;
    readonly concurrentBatches?: number;
    readonly fault?: (batch: readonly PreparedDocument[]) => WriteFault;
    readonly onWrite?: (signal: AbortSignal) => Promise<void>;
    readonly asynchronousPrepare?: boolean;
    /** What a document replaces in the target; left out where nothing is replaced. */
    readonly keyOf?: ((documentId: string) => string) | undefined;
  } = {}): Writer {
    const prepare: Writer["prepare"] = (document, ordinal) => {
      if (document.documentId.startsWith("unwritable")) {
        return { code: "INVALID_DOCUMENT_KEY", message: "key cannot be used" };
      }
      const prepared = { document, ordinal, payload: document.body, bytes: document.body.length };
      return keyOf ? { ...prepared, key: keyOf(document.documentId) } : prepared;
    };
    return {
      limits,
      concurrentBatches,
      prepare: asynchronousPrepare ? async (document, ordinal) => prepare(document, ordinal) : prepare,
      write: async (batch, signal) => {
        this.calls.push(batch.map(({ document }) => document.documentId));
        this.writesUnderWay++;
        this.writesUnderWayMax = Math.max(this.writesUnderWayMax, this.writesUnderWay);
        try {
          await onWrite?.(signal);
          const suffered = fault(batch);
          if (suffered?.kind === "throw") throw suffered.problem;
          const rejections = suffered?.rejections ?? [];
          const rejected = new Set(rejections.map(({ index }) => index));
          batch.forEach(({ document }, index) => {
            if (!rejected.has(index)) this.stored.push(document.documentId);
          });
          return rejections;
        } finally {
          this.writesUnderWay--;
        }
      },
      close: async () => {},
    };
  }
}

/** A log in memory, of which each document's ordinal is known: what is in it is not written again. Outlives its writers. */
export class FakeOrdinalTarget {
  readonly stored: string[] = [];
  readonly #sent = new Set<number>();

  openWriter(): Writer {
    return {
      limits: { maxDocumentBytes: 1_000, maxBatchDocuments: 7, maxBatchBytes: 5_000 },
      concurrentBatches: 1,
      needsStart: true,
      prepare: (document, ordinal) => ({ document, ordinal, payload: document.body, bytes: document.body.length }),
      write: async (batch) => {
        const fresh = batch.filter(({ ordinal }) => !this.#sent.has(ordinal));
        this.stored.push(...fresh.map(({ document }) => document.documentId));
        for (const { ordinal } of fresh) this.#sent.add(ordinal);
        return [];
      },
      close: async () => {},
    };
  }
}

/** A bucket in memory: objects by the ordinal of the first record behind the checkpoint they were written at. */
export class FakeObjectTarget {
  readonly objects = new Map<number, readonly string[]>();

  get stored(): readonly string[] {
    return [...this.objects].sort(([a], [b]) => a - b).flatMap(([, ids]) => ids);
  }

  openWriter({ objectDocumentsMax = 50 } = {}): Writer {
    let open: PreparedDocument[] = [];
    let firstOrdinal = Number.NaN;
    let mayHaveLeftover = true;
    return {
      limits: { maxDocumentBytes: 1_000, maxBatchDocuments: 7, maxBatchBytes: 5_000 },
      concurrentBatches: 1,
      checkpointAt(ordinal) {
        firstOrdinal = ordinal;
      },
      prepare: (document, ordinal) => ({ document, ordinal, payload: document.body, bytes: document.body.length }),
      write: async (batch) => {
        open.push(...batch);
        return [];
      },
      wantsFlush: () => open.length >= objectDocumentsMax,
      flush: async () => {
        const ids = open.map(({ document }) => document.documentId);
        if (ids.length > 0) this.objects.set(firstOrdinal, ids);
        else if (mayHaveLeftover) this.objects.delete(firstOrdinal);
        open = [];
        mayHaveLeftover = false;
      },
      close: async () => {
        open = [];
      },
    };
  }
}

/** Error files in memory; a repeated first ordinal overwrites. */
export class FakeArchive {
  readonly files = new Map<string, readonly ErrorRecord[]>();

  read(key: string): string {
    return this.files
      .get(key)!
      .map((record) => `${JSON.stringify(record)}\n`)
      .join("");
  }

  openSink(): ErrorSink {
    const filesFrom = new Map<number, number>();
    return {
      archive: async (records, firstOrdinal): Promise<ErrorFile> => {
        const piece = filesFrom.get(firstOrdinal) ?? 0;
        filesFrom.set(firstOrdinal, piece + 1);
        const key = `${String(firstOrdinal).padStart(12, "0")}-${piece}`;
        this.files.set(key, records);
        return { key, records: records.length, bytes: Buffer.byteLength(this.read(key)) };
      },
      close: async () => {},
    };
  }
}
