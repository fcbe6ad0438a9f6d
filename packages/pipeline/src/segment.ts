import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { ErrorArchiver } from "./archive-errors.ts";
import type { FailedRecord } from "./error-records.ts";
import type { Counts } from "./ports.ts";

/** What its source is told of a batch: records without their bodies, since they are kept until the checkpoint. */
export interface DoneRecords {
  readonly sourceName: string;
  readonly starts: readonly SourceRecord["start"][];
}

export function doneRecords(records: readonly SourceRecord[]): DoneRecords {
  return { sourceName: records[0]!.source.name, starts: records.map(({ start }) => start) };
}

/** The work between two checkpoints: whole read batches, with all their writes and errors. */
export class Segment {
  readonly errors: ErrorArchiver;
  /** Monotonic milliseconds. */
  readonly openedAt: number;
  /** By batch, and only for readers that acknowledge. */
  readonly done: DoneRecords[] = [];
  position: Position | null;
  batchCount = 0;
  recordsRead = 0;
  transcoded = 0;
  skipped = 0;
  errored = 0;
  written = 0;
  bytesRead = 0;
  bytesWritten = 0;
  #writesUnderWay = 0;
  #failure: Problem | null = null;
  #whenSettled: (() => void) | null = null;

  constructor(position: Position | null, openedAt: number, errors: ErrorArchiver) {
    this.position = position;
    this.openedAt = openedAt;
    this.errors = errors;
  }

  addError(failed: FailedRecord): Promise<void> | null {
    this.errored++;
    return this.errors.add(failed);
  }

  writeBegan(): void {
    this.#writesUnderWay++;
  }

  writeEnded(failure: Problem | null): void {
    this.#writesUnderWay--;
    this.#failure ??= failure;
    if (this.#writesUnderWay === 0 || this.#failure) this.#whenSettled?.();
  }

  /** Resolves when no write is under way; throws the first failure, whatever else is under way then. */
  async settled(): Promise<void> {
    if (this.#writesUnderWay > 0 && !this.#failure) {
      await new Promise<void>((resolve) => {
        this.#whenSettled = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
  }

  /** The totals behind this segment; throws BALANCE_BROKEN when a record has no outcome or two. */
  countsAfter(before: Counts): Counts {
    if (this.recordsRead !== this.written + this.skipped + this.errored) {
      throw new Problem(
        "BALANCE_BROKEN",
        `${this.recordsRead} records read, but ${this.written} written, ${this.skipped} skipped and ${this.errored} errored`,
      );
    }
    return {
      recordsRead: before.recordsRead + this.recordsRead,
      documentsWritten: before.documentsWritten + this.written,
      recordsSkipped: before.recordsSkipped + this.skipped,
      recordsErrored: before.recordsErrored + this.errored,
      bytesRead: before.bytesRead + this.bytesRead,
      bytesWritten: before.bytesWritten + this.bytesWritten,
    };
  }
}
