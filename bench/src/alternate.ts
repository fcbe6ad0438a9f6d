export interface Compared {
  /** Medians of the runs, in units of work per second. */
  readonly product: number;
  readonly bare: number;
  readonly ratio: number;
}

/** Runs both sides in turn (A B A B …), so that drift of the machine hits both; the first round warms up and is dropped. */
export async function alternate(
  rounds: number,
  product: (round: number) => Promise<number>,
  bare: (round: number) => Promise<number>,
): Promise<Compared> {
  const rates = { product: [] as number[], bare: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const ofProduct = await perSecond(() => product(round));
    const ofBare = await perSecond(() => bare(round));
    if (round === 0) continue;
    rates.product.push(ofProduct);
    rates.bare.push(ofBare);
  }
  const compared = { product: quantile(rates.product, 0.5), bare: quantile(rates.bare, 0.5) };
  return { ...compared, ratio: compared.product / compared.bare };
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
