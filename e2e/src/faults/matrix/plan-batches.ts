import { type FaultKind, faultKinds } from "../fault-kinds.ts";
import type { Random } from "../random.ts";
import type { Language } from "./languages.ts";
import { type SourceName, sources } from "./sources.ts";
import { commonStorms, type StormKind } from "./storms.ts";
import type { TargetTraits } from "./targets.ts";

export interface Pair {
  readonly source: SourceName;
  readonly target: string;
}
export const pairName = ({ source, target }: Pair): string => `${source} → ${target}`;

export interface PlannedRound extends Pair {
  readonly language: Language;
  readonly storms: readonly StormKind[];
}

/** Rounds that run at once, and the faults that all of them are under, one after the other. */
export interface PlannedBatch {
  readonly rounds: readonly PlannedRound[];
  readonly faults: readonly FaultKind[];
}

const FAULTS_OF_A_BATCH = 2;
const STORMS_OF_A_ROUND = 3;
/** Handlers in Python and Java are each a process more: so many of a batch. JavaScript is the others' language. */
const HOSTED_OF_A_BATCH = 2;

/**
 * Batches in which every source meets a target, in each another one until all have met. What has been drawn least for the pairs at hand comes
 * next, so that pairs meet every fault, storm and language about equally often however many batches there are; the seed decides between equals.
 */
export function planBatches(shape: {
  readonly sourceNames: readonly SourceName[];
  readonly targets: Readonly<Record<string, TargetTraits>>;
  readonly batches: number;
  readonly languages: readonly Language[];
  readonly random: Random;
}): readonly PlannedBatch[] {
  const { sourceNames, targets, random } = shape;
  const targetNames = Object.keys(targets);
  const drawn = createTally();
  let shifts: number[] = [];
  return Array.from({ length: shape.batches }, () => {
    if (shifts.length === 0) shifts = shuffled(targetNames.keys(), random);
    const shift = shifts.pop()!;
    const pairs = sourceNames.map((source, at) => ({
      source,
      target: targetNames[(at + shift) % targetNames.length]!,
    }));
    const faults = drawn.least(faultKinds, pairs, FAULTS_OF_A_BATCH, random);
    const languages = languagesOf(pairs, shape.languages, drawn, random);
    const rounds = pairs.map((pair): PlannedRound => {
      const kinds = [...new Set([...commonStorms, ...sources[pair.source].storms, ...targets[pair.target]!.storms])];
      const language = languages.get(pair) ?? "JAVASCRIPT";
      drawn.add(pair, language);
      return { ...pair, language, storms: drawn.least(kinds, [pair], STORMS_OF_A_ROUND, random) };
    });
    return { rounds, faults };
  });
}

type Tally = ReturnType<typeof createTally>;

/** How often what was drawn for whom. */
function createTally() {
  const times = new Map<string, number>();
  const total = new Map<string, number>();
  const key = (pair: Pair, what: string) => `${pairName(pair)}: ${what}`;
  const of = (pair: Pair, what: string) => times.get(key(pair, what)) ?? 0;
  const add = (pair: Pair, what: string) => {
    times.set(key(pair, what), of(pair, what) + 1);
    total.set(what, (total.get(what) ?? 0) + 1);
  };
  return {
    of,
    add,
    /** So many of what these pairs had least, then of what all had least, in the order of the seed. Counted as drawn for them. */
    least<T extends string>(from: readonly T[], pairs: readonly Pair[], count: number, random: Random): readonly T[] {
      const timesOf = (what: T) => pairs.reduce((sum, pair) => sum + of(pair, what), 0);
      const chosen = shuffled(from, random)
        .sort((a, b) => timesOf(a) - timesOf(b) || (total.get(a) ?? 0) - (total.get(b) ?? 0))
        .slice(0, count);
      for (const what of chosen) for (const pair of pairs) add(pair, what);
      return shuffled(chosen, random);
    },
  };
}

/** The pairs that had the other languages least, compared with JavaScript, get them now. */
function languagesOf(
  pairs: readonly Pair[],
  languages: readonly Language[],
  drawn: Tally,
  random: Random,
): ReadonlyMap<Pair, Language> {
  const chosen = new Map<Pair, Language>();
  const priority = (pair: Pair, language: Language) => drawn.of(pair, language) - drawn.of(pair, "JAVASCRIPT");
  for (const language of languages.filter((one) => one !== "JAVASCRIPT")) {
    const free = shuffled(
      pairs.filter((pair) => !chosen.has(pair)),
      random,
    ).sort((a, b) => priority(a, language) - priority(b, language));
    for (const pair of free.slice(0, HOSTED_OF_A_BATCH)) chosen.set(pair, language);
  }
  return chosen;
}

function shuffled<T>(items: Iterable<T>, random: Random): T[] {
  return [...items]
    .map((item) => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
