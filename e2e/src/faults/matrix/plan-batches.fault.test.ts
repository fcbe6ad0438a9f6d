import { expect, test } from "vitest";
import { faultKinds } from "../fault-kinds.ts";
import { createRandom, faultSeed } from "../random.ts";
import type { Language } from "./languages.ts";
import { momentoTraits } from "./momento-target.ts";
import { pairName, planBatches } from "./plan-batches.ts";
import { sourceNames, sources } from "./sources.ts";
import { commonStorms } from "./storms.ts";
import { localTargets } from "./targets.ts";

const targets = { ...localTargets, Momento: momentoTraits };
const languages: readonly Language[] = ["JAVASCRIPT", "PYTHON", "JAVA"];
const planned = (batches: number, seed: number) =>
  planBatches({ sourceNames, targets, batches, languages, random: createRandom(seed) });

test("300 rounds draw for every pair each fault, each storm that can befall it, and each language", () => {
  const seed = faultSeed();
  const drawn = new Map<string, Set<string>>();
  for (const { rounds, faults } of planned(Math.ceil(300 / sourceNames.length), seed)) {
    for (const round of rounds) {
      const ofPair = drawn.get(pairName(round)) ?? new Set();
      drawn.set(pairName(round), ofPair);
      for (const what of [...faults, ...round.storms, round.language]) ofPair.add(what);
    }
  }
  const missing = sourceNames.flatMap((source) =>
    Object.entries(targets).flatMap(([target, { storms }]) => {
      const pair = pairName({ source, target });
      const wanted = [...faultKinds, ...commonStorms, ...sources[source].storms, ...storms, ...languages];
      return wanted.filter((what) => !drawn.get(pair)?.has(what)).map((what) => `${pair}: ${what}`);
    }),
  );
  expect(missing, `FAULT_SEED=${seed}`).toEqual([]);
});

test("the few rounds of a usual run are others with another seed, and the same with the same", () => {
  const seed = faultSeed();
  expect(planned(3, seed)).toEqual(planned(3, seed));
  const pairs = new Set<string>();
  for (let run = 0; run < 20; run++)
    for (const { rounds } of planned(3, seed + run)) for (const round of rounds) pairs.add(pairName(round));
  expect(pairs.size, `FAULT_SEED=${seed}`).toBeGreaterThan((sourceNames.length * Object.keys(targets).length * 3) / 4);
});
