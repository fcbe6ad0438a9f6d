import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import type { PreparedDocument, WriterLimits } from "@letsdata/plugin-kit/writer";
import type { WritePace } from "./write-pace.ts";

/** Documents that travel in one write call, with the records they came from. */
export interface WriteBatch {
  readonly documents: PreparedDocument[];
  readonly records: SourceRecord[];
  /** Keys of its documents, where the target replaces by key. */
  readonly keys: Set<string>;
  bytes: number;
  /** Monotonic milliseconds at which its oldest record began to be read. */
  readonly readBegan: number;
  /** Monotonic milliseconds of its first document. */
  readonly openedAt: number;
}

/** Gathers documents up to the writer's count and bytes, fewer where the target is slow; the caller sends it after a second or at a checkpoint too. */
export class BatchBuilder {
  readonly #limits: WriterLimits;
  readonly #pace: Pick<WritePace, "documentsPerCall">;
  #open: WriteBatch | null = null;

  constructor(limits: WriterLimits, pace: Pick<WritePace, "documentsPerCall">) {
    this.#limits = limits;
    this.#pace = pace;
  }

  /** Monotonic milliseconds since when documents wait; null when none do. */
  get openedAt(): number | null {
    return this.#open?.openedAt ?? null;
  }

  /** Adds from `from` on and stops at a full batch or at a key that is in it: returns the index of the first document not taken. */
  fill(
    documents: readonly PreparedDocument[],
    records: readonly SourceRecord[],
    from: number,
    now: number,
    readBegan: number,
  ): number {
    const { maxBatchBytes } = this.#limits;
    const documentsMax = this.#documentsMax;
    this.#open ??= { documents: [], records: [], keys: new Set(), bytes: 0, readBegan, openedAt: now };
    const open = this.#open;
    let index = from;
    for (; index < documents.length; index++) {
      const document = documents[index]!;
      if (open.documents.length >= documentsMax) break;
      if (open.bytes + document.bytes > maxBatchBytes && open.documents.length > 0) break;
      if (document.key !== undefined) {
        if (open.keys.has(document.key)) break;
        open.keys.add(document.key);
      }
      open.documents.push(document);
      open.records.push(records[index]!);
      open.bytes += document.bytes;
    }
    return index;
  }

  /** Whether the open batch could take all of them, as far as the limits go. */
  hasRoomFor(documents: readonly PreparedDocument[]): boolean {
    const open = this.#open;
    if (!open) return true;
    const { maxBatchBytes } = this.#limits;
    if (open.documents.length + documents.length > this.#documentsMax) return false;
    return documents.reduce((sum, { bytes }) => sum + bytes, open.bytes) <= maxBatchBytes;
  }

  get isFull(): boolean {
    const open = this.#open;
    if (!open) return false;
    return open.documents.length >= this.#documentsMax || open.bytes >= this.#limits.maxBatchBytes;
  }

  get #documentsMax(): number {
    return Math.min(this.#limits.maxBatchDocuments, this.#pace.documentsPerCall);
  }

  take(): WriteBatch | null {
    const taken = this.#open;
    this.#open = null;
    return taken;
  }
}
