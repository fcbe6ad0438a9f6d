export interface Compared {
  /** Medians of the runs, in units of work per second. */
  readonly product: number;
  readonly bare: number;
  /** Median of the pairs' ratios: a slow moment of the machine hits both of a pair. */
  readonly ratio: number;
}

const PAIRS_MIN = 3;
/** On a machine so busy that even these take several times as long, fewer must do. */
const OVERTIME = 3;

/** Both sides in turn, as `alternateRates`; each answers how many units of work it did. */
export function alternate(
  seconds: number,
  product: () => Promise<number>,
  bare: () => Promise<number>,
): Promise<Compared> {
  return alternateRates(
    seconds,
    () => perSecond(product),
    () => perSecond(bare),
  );
}

/** Of the time measured: what just-in-time compilers, V8's and Java's, take to be done with either side is not what is compared. */
const WARM_UP = 0.5;

/**
 * Runs both sides in pairs, each first in turn, until the time is used. What came before, the first pair at least, warms up and is
 * dropped. Each side answers its units per second.
 */
export async function alternateRates(
  seconds: number,
  product: () => Promise<number>,
  bare: () => Promise<number>,
): Promise<Compared> {
  const pairs: { readonly product: number; readonly bare: number }[] = [];
  let began = performance.now();
  const used = () => (performance.now() - began) / 1_000;
  const pair = async (productFirst: boolean) => {
    if (productFirst) return { product: await product(), bare: await bare() };
    const ofBare = await bare();
    return { product: await product(), bare: ofBare };
  };
  do await pair(true);
  while (used() < seconds * WARM_UP);
  began = performance.now();
  while (used() < seconds || (pairs.length < PAIRS_MIN && used() < seconds * OVERTIME) || pairs.length === 0) {
    pairs.push(await pair(pairs.length % 2 === 0));
  }
  const median = (of: (each: (typeof pairs)[number]) => number) => quantile(pairs.map(of), 0.5);
  return {
    product: median((each) => each.product),
    bare: median((each) => each.bare),
    ratio: median((each) => each.product / each.bare),
  };
}

/** `work` answers how many units it did. */
export async function perSecond(work: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const units = await work();
  return units / ((performance.now() - began) / 1_000);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}
