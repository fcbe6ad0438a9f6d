interface Range {
  readonly from: number;
  /** Behind the last one. */
  readonly end: number;
}

/**
 * Ordinals of the documents that are in the topic, as far as they may be given to the writer again. Each by itself: between them are records
 * that were skipped or failed, which a later attempt may make documents of.
 */
export class SentOrdinals {
  /** In ascending order, with a gap between each two. */
  #ranges: readonly Range[] = [];

  has(ordinal: number): boolean {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.end <= ordinal) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low];
    return range !== undefined && range.from <= ordinal;
  }

  /** In ascending order. */
  add(ordinals: readonly number[]): void {
    this.#ranges = united(this.#ranges, rangesOf(ordinals));
  }

  /** They are behind a checkpoint: nobody gives them again. */
  forgetBelow(ordinal: number): void {
    if ((this.#ranges[0]?.from ?? ordinal) >= ordinal) return;
    this.#ranges = this.#ranges
      .filter(({ end }) => end > ordinal)
      .map(({ from, end }) => ({ from: Math.max(from, ordinal), end }));
  }

  /** With these, in ascending order, as if they were added: by turns how many follow that are not sent, and that are; from ordinal 0 on. */
  runsWith(ordinals: readonly number[]): readonly number[] {
    const runs: number[] = [];
    let at = 0;
    for (const { from, end } of united(this.#ranges, rangesOf(ordinals))) {
      runs.push(from - at, end - from);
      at = end;
    }
    return runs;
  }

  /** As `runsWith` gave them. */
  addRuns(runs: readonly number[]): void {
    const ranges: Range[] = [];
    let at = 0;
    for (let index = 0; index + 1 < runs.length; index += 2) {
      const from = at + runs[index]!;
      at = from + runs[index + 1]!;
      ranges.push({ from, end: at });
    }
    this.#ranges = united(this.#ranges, ranges);
  }
}

/** Nearly all documents of a batch follow each other: a few ranges, however many there are. */
function rangesOf(ordinals: readonly number[]): readonly Range[] {
  const ranges: Range[] = [];
  let from = ordinals[0];
  if (from === undefined) return ranges;
  let end = from;
  for (const ordinal of ordinals) {
    if (ordinal > end) {
      ranges.push({ from, end });
      from = ordinal;
    }
    end = ordinal + 1;
  }
  ranges.push({ from, end });
  return ranges;
}

/** Both in ascending order. */
function united(some: readonly Range[], others: readonly Range[]): readonly Range[] {
  const all: { from: number; end: number }[] = [];
  const take = ({ from, end }: Range): void => {
    const last = all.at(-1);
    if (last && from <= last.end) last.end = Math.max(last.end, end);
    else all.push({ from, end });
  };
  let next = 0;
  for (const range of some) {
    while (next < others.length && others[next]!.from < range.from) take(others[next++]!);
    take(range);
  }
  for (; next < others.length; next++) take(others[next]!);
  return all;
}
