import { randomUUID } from "node:crypto";

export const FAULT_KINDS = [
  "throttle",
  "5xx",
  "latency",
  "partial",
  "expired-iterator",
  "redelivery",
  "late-children",
  "conflict",
  "cut",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Left-out selectors match everything. */
export interface FaultRule {
  /** `conflict`: a conditional write of S3 meets another one of its key, and is answered with 409. */
  readonly kind: FaultKind;
  readonly service?: string;
  readonly action?: string;
  /** Regular expression on the resource: an ARN. For `partial` that of an entry: the ARN, `#`, and the entry's place or, of SQS, its id. */
  readonly match?: string | RegExp;
  /** 0–1 per request (per entry for `partial`); 1 when left out. */
  readonly probability?: number;
  /** The rule disappears after so many hits. */
  readonly times?: number;
  /** Makes `probability` repeatable. */
  readonly seed?: number;
  /**
   * `latency`: how late the answer is. `redelivery`: how soon a message received comes again; 0 when left out.
   * `late-children`: how long after its parent was closed a shard of a table's stream is not listed.
   */
  readonly latencyMs?: number;
  /** `cut` only: `after` lets the operation happen and loses its answer. `before` when left out. */
  readonly when?: "before" | "after";
}

interface ActiveRule extends FaultRule {
  readonly id: string;
  readonly expression: RegExp | null;
  readonly random: () => number;
  hits: number;
}

export type FaultRules = ReturnType<typeof createFaultRules>;

export function createFaultRules() {
  const rules = new Map<string, ActiveRule>();

  function draw(kind: FaultKind, service: string, action: string, resource: string): FaultRule | null {
    for (const rule of rules.values()) {
      if (rule.kind !== kind) continue;
      if (rule.service !== undefined && rule.service !== service) continue;
      if (rule.action !== undefined && rule.action !== action) continue;
      if (rule.expression && !rule.expression.test(resource)) continue;
      if (rule.random() >= (rule.probability ?? 1)) continue;
      rule.hits += 1;
      if (rule.times !== undefined && rule.hits >= rule.times) rules.delete(rule.id);
      return rule;
    }
    return null;
  }

  return {
    /** Returns the rule's id. */
    add(rule: FaultRule): string {
      const id = randomUUID();
      const expression = rule.match === undefined ? null : new RegExp(rule.match);
      rules.set(id, { ...rule, id, expression, random: seededRandom(rule.seed ?? 1), hits: 0 });
      return id;
    },
    remove(id: string): boolean {
      return rules.delete(id);
    },
    clear(): void {
      rules.clear();
    },
    list(): readonly (FaultRule & { readonly id: string; readonly hits: number })[] {
      return [...rules.values()].map(({ random: _random, expression, ...rule }) => ({
        ...rule,
        ...(expression ? { match: expression.source } : {}),
      }));
    },
    /** The rule that hits this request, which is counted; null when none does. */
    draw,
  };
}

/** mulberry32 */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
