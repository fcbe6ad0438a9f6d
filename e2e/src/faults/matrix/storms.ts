import type { LocalCloud } from "@letsdata/local-cloud/start-local-cloud";

/** What the cloud does to every connector's calls while a storm lasts. */
export const stormKinds = [
  "throttle",
  "5xx",
  "latency",
  "cut-before",
  "cut-after",
  "partial",
  "expired-iterator",
  "redelivery",
] as const;
export type StormKind = (typeof stormKinds)[number];

/** Not IAM and STS: how credentials come is tested elsewhere. */
const services = ["s3", "kinesis", "dynamodb", "sqs", "s3vectors"];
const LATENCY_MS = 120;
/** Longer than a healthy worker takes with ten messages, shorter than anybody wants to wait for those of a dead one. */
const REDELIVERED_AFTER_MS = 8_000;

type Fault = Parameters<LocalCloud["faults"]["add"]>[0];
const storms: Readonly<Record<StormKind, Omit<Fault, "service">>> = {
  throttle: { kind: "throttle", probability: 0.3 },
  "5xx": { kind: "5xx", probability: 0.2 },
  latency: { kind: "latency", probability: 0.3, latencyMs: LATENCY_MS },
  "cut-before": { kind: "cut", when: "before", probability: 0.15 },
  "cut-after": { kind: "cut", when: "after", probability: 0.15 },
  partial: { kind: "partial", probability: 0.3 },
  "expired-iterator": { kind: "expired-iterator", probability: 0.3 },
  // FIFO queues do so only when the visibility is over.
  redelivery: { kind: "redelivery", latencyMs: 0, probability: 0.2, match: "(?<!\\.fifo)$" },
};

export interface Storm {
  /** The weather clears; returns how often each kind hit. */
  end(): Readonly<Record<string, number>>;
}

export function beginStorm(cloud: LocalCloud, kinds: readonly StormKind[], seed: number): Storm {
  cloud.faults.clear();
  const rules = kinds.flatMap((kind, at) =>
    services.map((service, n) => ({
      kind,
      id: cloud.faults.add({ ...storms[kind], service, seed: seed + at * 31 + n }),
    })),
  );
  shortenVisibility(cloud);
  return {
    end() {
      const hits: Record<string, number> = {};
      const listed = new Map(cloud.faults.list().map((rule) => [rule.id, rule.hits]));
      for (const { kind, id } of rules) hits[kind] = (hits[kind] ?? 0) + (listed.get(id) ?? 0);
      cloud.faults.clear();
      shortenVisibility(cloud);
      return hits;
    },
  };
}

/**
 * Messages come back in seconds, as if their owners' consumers had asked for a short visibility: the reader's own two minutes would be
 * longer than a round. Of two rules for a call the earlier counts, so storms go before.
 */
export function shortenVisibility(cloud: LocalCloud): void {
  cloud.faults.add({ kind: "redelivery", service: "sqs", latencyMs: REDELIVERED_AFTER_MS });
}
