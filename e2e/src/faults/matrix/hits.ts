import { type FaultKind, faultKinds } from "../fault-kinds.ts";
import { type Pair, pairName } from "./plan-batches.ts";
import { type StormKind, stormKinds } from "./storms.ts";

export const allKinds = [...faultKinds, ...stormKinds] as const;
/** How often each kind met the work of one dataset. */
export type Hits = Partial<Record<FaultKind | StormKind, number>>;

interface Row {
  rounds: number;
  readonly languages: Set<string>;
  readonly hits: Hits;
}

/** What met whom, over all rounds of a run. */
export function createHitTable() {
  const rows = new Map<string, Row>();
  return {
    add(pair: Pair & { readonly language: string }, hits: Hits): void {
      const name = pairName(pair);
      const row = rows.get(name) ?? { rounds: 0, languages: new Set<string>(), hits: {} };
      rows.set(name, row);
      row.rounds += 1;
      row.languages.add(pair.language.toLowerCase());
      for (const kind of allKinds) if (hits[kind]) row.hits[kind] = (row.hits[kind] ?? 0) + hits[kind];
    },
    rounds: () => [...rows.values()].reduce((sum, { rounds }) => sum + rounds, 0),
    pairs: () => rows.size,
    of: (kind: FaultKind | StormKind) => [...rows.values()].reduce((sum, { hits }) => sum + (hits[kind] ?? 0), 0),
    /** Pairs that ran and that nothing met. */
    untouched: () => [...rows].filter(([, { hits }]) => Object.keys(hits).length === 0).map(([name]) => name),
    lines(): readonly string[] {
      const width = Math.max(0, ...[...rows.keys()].map(({ length }) => length));
      return [...rows]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, { rounds, languages, hits }]) => {
          const met = allKinds.filter((kind) => hits[kind]).map((kind) => `${kind} ${hits[kind]}`);
          return `${name.padEnd(width)}  ${rounds} (${[...languages].join(", ")}): ${met.join(", ") || "nothing"}`;
        });
    },
  };
}
