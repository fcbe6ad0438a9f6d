import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWindow } from "./byte-window.ts";

const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 500, max: 9_000 })), {
  minLength: 1,
  maxLength: 12,
});
/** How much of what is shown is kept when more is asked for: 0 = nothing, 1 = all. */
const keptShares = fc.array(fc.constantFrom(0, 0.01, 0.5, 0.99, 1), { minLength: 1, maxLength: 7 });

test("shows every byte in order with what is kept in front of it, and never changes what it showed", () => {
  fc.assert(
    fc.property(chunkSizes, keptShares, fc.nat(100), (sizes, shares, fromOffset) => {
      const source = Buffer.from(
        Array.from({ length: sizes.reduce((sum, size) => sum + size, 0) }, (_, at) => (at * 31 + (at >> 8)) % 256),
      );
      const window = new ByteWindow(fromOffset);
      const shown: { readonly view: Buffer; readonly at: number }[] = [];
      let received = 0;
      let looks = 0;
      for (const size of sizes) {
        window.receive(source.subarray(received, received + size));
        received += size;
        for (;;) {
          const share = shares[looks++ % shares.length] as number;
          const keepFrom = window.end - Math.floor(window.view.length * share);
          const before = window.end;
          if (!window.showMore(keepFrom)) break;
          expect(window.base).toBe(keepFrom);
          expect(window.end).toBeGreaterThan(before);
          shown.push({ view: window.view, at: window.base - fromOffset });
        }
        expect(window.end).toBe(fromOffset + received);
      }
      for (const { view, at } of shown) expect(view.equals(source.subarray(at, at + view.length))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("copies no more than what lies across two chunks", () => {
  const window = new ByteWindow(0);
  const chunk = Buffer.alloc(64 * 1024, 0x61);
  for (let n = 0; n < 10; n++) {
    window.receive(chunk);
    while (window.showMore(window.end - (n === 0 ? 0 : 100)));
    expect(window.view.buffer).toBe(chunk.buffer);
  }
});
