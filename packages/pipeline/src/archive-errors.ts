import type { ErrorFile, ErrorSink } from "@letsdata/plugin-kit/error-sink";
import { asProblem, type Problem } from "@letsdata/plugin-kit/problems";
import { type BackOff, retryTransient } from "./back-off.ts";
import type { FailedRecord } from "./error-records.ts";

export const errorFileRecordsMax = 1_000;
export const errorFileBytesMax = 8 * 1024 * 1024;

/**
 * Archives a segment's failed records. Full files leave early, so memory stays bounded however long a segment lasts;
 * a file counts only once the checkpoint registers it.
 */
export class ErrorArchiver {
  readonly #sink: ErrorSink;
  readonly #backOffWith: BackOff;
  #waiting: FailedRecord[] = [];
  #waitingBytes = 0;
  #archived: ErrorFile[] = [];
  #archiving: Promise<void> | null = null;
  /** What the archive refused is gone from here: nothing that would cover it may be reached any more. */
  #failure: Problem | null = null;

  constructor(sink: ErrorSink, backOffWith: BackOff) {
    this.#sink = sink;
    this.#backOffWith = backOffWith;
  }

  /** A returned promise asks the caller to wait: a file is being archived. It rejects when the archive refuses it for good. */
  add(failed: FailedRecord): Promise<void> | null {
    this.#waiting.push(failed);
    this.#waitingBytes += lineBytesAtMost(failed);
    if (this.#waiting.length < errorFileRecordsMax && this.#waitingBytes < errorFileBytesMax) return null;
    return this.#archiveWaiting();
  }

  /** Everything ever added is durable when this resolves; throws the Problem of the first file that is not. */
  async finish(): Promise<readonly ErrorFile[]> {
    while (this.#archiving || this.#waiting.length > 0) await this.#archiveWaiting();
    if (this.#failure) throw this.#failure;
    return this.#archived;
  }

  #archiveWaiting(): Promise<void> {
    this.#archiving ??= this.#archiveAll()
      .catch((thrown: unknown) => {
        this.#failure ??= asProblem(thrown);
        throw this.#failure;
      })
      .finally(() => {
        this.#archiving = null;
      });
    return this.#archiving;
  }

  async #archiveAll(): Promise<void> {
    if (this.#failure) throw this.#failure;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting.sort((a, b) => a.ordinal - b.ordinal);
      this.#waiting = [];
      this.#waitingBytes = 0;
      for (const file of cutIntoFiles(waiting)) {
        const records = file.map((failed) => failed.record);
        const archived = await retryTransient(this.#backOffWith, () =>
          this.#sink.archive(records, file[0]!.ordinal, this.#backOffWith.ended),
        );
        this.#archived.push(archived);
      }
    }
  }
}

/** At most 1,000 lines and 8 MiB each; a single larger line gets a file of its own. */
export function* cutIntoFiles(failed: readonly FailedRecord[]): Generator<readonly FailedRecord[]> {
  let file: FailedRecord[] = [];
  let bytes = 0;
  for (const one of failed) {
    const line = lineBytesAtMost(one);
    if (file.length > 0 && (file.length >= errorFileRecordsMax || bytes + line > errorFileBytesMax)) {
      yield file;
      file = [];
      bytes = 0;
    }
    file.push(one);
    bytes += line;
  }
  if (file.length > 0) yield file;
}

function lineBytesAtMost({ record }: FailedRecord): number {
  return Buffer.byteLength(JSON.stringify(record)) + 1;
}
