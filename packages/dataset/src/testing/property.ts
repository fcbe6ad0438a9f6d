import * as fc from "fast-check";
import { test as vitestTest } from "vitest";

export { fc };

/** A property as a test; a failure prints the seed that repeats it. */
export function test<T extends readonly unknown[]>(
  name: string,
  arbitraries: { readonly [K in keyof T]: fc.Arbitrary<T[K]> },
  options: { readonly numRuns: number },
  check: (...values: T) => void,
): void {
  const seed = Number(process.env.FAST_CHECK_SEED ?? Math.floor(Math.random() * 2 ** 31));
  vitestTest(`${name} (FAST_CHECK_SEED=${seed})`, { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.tuple(...(arbitraries as readonly fc.Arbitrary<unknown>[])), (values) => {
        check(...(values as unknown as T));
      }),
      { ...options, seed },
    );
  });
}
