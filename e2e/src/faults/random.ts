/** A repeatable source of chance (mulberry32): the printed seed brings the same rounds back. */
export interface Random {
  /** 0 ≤ n < 1 */
  next(): number;
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (below: number) => Math.floor(next() * below);
  return { next, integer, pick: (items) => items[integer(items.length)] as (typeof items)[number] };
}

/** FAULT_SEED, or a new one. */
export function faultSeed(): number {
  const given = process.env.FAULT_SEED;
  return given ? Number(given) : Date.now() % 1_000_000_000;
}
