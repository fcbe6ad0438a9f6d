import fc from "fast-check";
import { expect, it } from "vitest";
import { SentOrdinals } from "./sent-ordinals.ts";

const ordinalMax = 60;
const ordinals = fc
  .uniqueArray(fc.integer({ min: 0, max: ordinalMax }), { maxLength: 40 })
  .map((some) => some.sort((a, b) => a - b));
const all = Array.from({ length: ordinalMax + 1 }, (_, ordinal) => ordinal);

it("holds exactly what was added and not forgotten, also after it was stored and read back", () => {
  const steps = fc.array(fc.record({ added: ordinals, checkpoint: fc.integer({ min: 0, max: ordinalMax }) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(steps, ordinals, (given, unsaved) => {
      const sent = new SentOrdinals();
      const expected = new Set<number>();
      for (const { added, checkpoint } of given) {
        sent.add(added);
        for (const ordinal of added) expected.add(ordinal);
        sent.forgetBelow(checkpoint);
        for (const ordinal of all.slice(0, checkpoint)) expected.delete(ordinal);
      }
      expect(all.filter((ordinal) => sent.has(ordinal))).toEqual(all.filter((ordinal) => expected.has(ordinal)));
      const stored = sent.runsWith(unsaved);
      expect(all.filter((ordinal) => sent.has(ordinal)).length).toBe(expected.size);
      const readBack = new SentOrdinals();
      readBack.addRuns(stored);
      for (const ordinal of unsaved) expected.add(ordinal);
      expect(all.filter((ordinal) => readBack.has(ordinal))).toEqual(all.filter((ordinal) => expected.has(ordinal)));
    }),
  );
});

it("stores what follows each other without a gap as two numbers, and every record that is left out as two more", () => {
  const sent = new SentOrdinals();
  sent.add(Array.from({ length: 500 }, (_, n) => 1_000 + n));
  expect(sent.runsWith([1_500, 1_502])).toEqual([1_000, 501, 1, 1]);
});
