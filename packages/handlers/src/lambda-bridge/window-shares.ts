/**
 * Shares the bytes a request may carry out among files: each gets its `floor` and of the rest what its `weight` says. Null where the
 * floors alone are more.
 */
export function shareOut(
  bytesMax: number,
  claims: readonly { readonly floor: number; readonly weight: number }[],
): readonly number[] | null {
  const rest = bytesMax - claims.reduce((sum, { floor }) => sum + floor, 0);
  if (rest < 0) return null;
  const weights = claims.reduce((sum, { weight }) => sum + weight, 0);
  return claims.map(({ floor, weight }) => floor + Math.floor((rest * weight) / weights));
}
