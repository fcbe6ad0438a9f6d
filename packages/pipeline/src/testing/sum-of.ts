import type { Measurement } from "../ports.ts";

/** Of one metric, over all that checkpoints or an outcome carried. */
export function sumOf(
  metric: string,
  ...carried: readonly { readonly measurements?: readonly Measurement[] }[]
): number {
  const all = carried.flatMap(({ measurements }) => measurements ?? []);
  return all.filter((one) => one.metric === metric).reduce((total, one) => total + one.sum, 0);
}
