/** How the tip is found in a source whose answers do not tell how far it is. */
export interface SilentTip {
  /** Empty reads in a row that may lie between records: they are read over without a pause. */
  readonly emptyReadsOnTheWay: number;
  /** Further empty reads in a row after which an open shard counts as read to its tip. */
  readonly emptyReadsAtTip: number;
  /** Whether the shard takes no more records: its end is told, and all empty pages before it lie between records. */
  isClosed(signal: AbortSignal): Promise<boolean>;
}

export interface SeenPage {
  readonly records: readonly { readonly arrivedAt: number }[];
  /** Null where the source does not say. */
  readonly millisBehindTip: number | null;
}

/**
 * Tells stretches without records from the tip of a shard. Streams answer such a stretch in any number of empty pages, which look like
 * those at the tip: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 */
export class ShardTip {
  readonly #silent: SilentTip | null;
  #openedAt = 0;
  #emptyReads = 0;
  #isPastOpening = false;
  #isClosed: boolean | null = null;

  constructor(silent: SilentTip | null) {
    this.#silent = silent;
  }

  /** Pages of another iterator follow, opened at this time by the stream's clock, in epoch milliseconds. */
  opened(at: number): void {
    this.#openedAt = at;
    this.#emptyReads = 0;
    this.#isPastOpening = false;
    this.#isClosed = null;
  }

  /** Where the end of this page lies: `behind` the tip as far as one can tell, perhaps `near` it, or `there`. */
  async placeOf({ records, millisBehindTip }: SeenPage, signal: AbortSignal): Promise<"behind" | "near" | "there"> {
    if (millisBehindTip !== null) return millisBehindTip > 0 ? "behind" : "there";
    if (records.length > 0) {
      this.#emptyReads = 0;
      // From here on the shard was read to its tip once, and what is empty is so because nothing came.
      this.#isPastOpening ||= records.some(({ arrivedAt }) => arrivedAt > this.#openedAt);
      return "behind";
    }
    if (this.#silent === null) return "near";
    const { emptyReadsOnTheWay, emptyReadsAtTip } = this.#silent;
    const emptyReads = ++this.#emptyReads - (this.#isPastOpening ? 0 : emptyReadsOnTheWay);
    if (emptyReads <= 0) return "behind";
    this.#isClosed ??= await this.#silent.isClosed(signal);
    if (this.#isClosed) return "behind";
    return emptyReads >= emptyReadsAtTip ? "there" : "near";
  }
}
