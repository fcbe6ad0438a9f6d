import type { LocalCloud } from "@letsdata/local-cloud/start-local-cloud";
import type { Random } from "../random.ts";

/** What every connector's calls may meet. */
export const commonStorms = ["throttle", "5xx", "latency", "cut-before", "cut-after"] as const;
/** What a dataset's calls to the cloud meet while its storm lasts; the last three only some services know. */
export const stormKinds = [...commonStorms, "partial", "expired-iterator", "redelivery"] as const;
export type StormKind = (typeof stormKinds)[number];
export type StormHits = Partial<Record<StormKind, number>>;

/** A dataset and the weather drawn for it. */
export interface Stormy {
  /** In the names of all that it reads, and of what it writes to where that is the customer's. */
  readonly name: string;
  /** In the names of what LetsData made for it. */
  readonly dataset: string;
  readonly storms: readonly StormKind[];
}

/** Over one dataset. */
export interface Storm {
  /** The weather clears; answers how often each kind hit. */
  end(): Promise<StormHits>;
}

/** Not IAM and STS: how credentials come is tested elsewhere. */
const services = ["s3", "kinesis", "dynamodb", "sqs", "s3vectors"];
export const LATENCY_MS = 120;
/** Longer than a healthy worker takes with ten messages, shorter than anybody wants to wait for those of a dead one. */
const REDELIVERED_AFTER_MS = 8_000;

type Fault = Parameters<LocalCloud["faults"]["add"]>[0];
const faults: Readonly<Record<StormKind, Omit<Fault, "service" | "match">>> = {
  throttle: { kind: "throttle", probability: 0.3 },
  "5xx": { kind: "5xx", probability: 0.2 },
  latency: { kind: "latency", probability: 0.3, latencyMs: LATENCY_MS },
  "cut-before": { kind: "cut", when: "before", probability: 0.15 },
  "cut-after": { kind: "cut", when: "after", probability: 0.15 },
  partial: { kind: "partial", probability: 0.3 },
  "expired-iterator": { kind: "expired-iterator", probability: 0.3 },
  redelivery: { kind: "redelivery", latencyMs: 0, probability: 0.2 },
};
export const probabilityOf = (kind: StormKind): number => faults[kind].probability ?? 1;

/** Of the local cloud. */
export interface Weather {
  /** A storm that meets calls for this dataset only, so that a hit is known to be its own. */
  begin(stormy: Stormy, random: Random): Storm;
}

export function createWeather(cloud: LocalCloud): Weather {
  let shortened = shortenVisibility(cloud);
  return {
    begin({ name, dataset, storms }, random) {
      const rules = storms.flatMap((kind) =>
        services.map((service) => {
          const match = `${nameIn(name)}|${dataset}`;
          const seed = random.integer(1_000_000);
          return { kind, id: cloud.faults.add({ ...faults[kind], service, seed, match }) };
        }),
      );
      // Of two rules for a call the earlier counts, so storms go before.
      cloud.faults.remove(shortened);
      shortened = shortenVisibility(cloud);
      return {
        async end() {
          const listed = new Map(cloud.faults.list().map((rule) => [rule.id, rule.hits]));
          for (const { id } of rules) cloud.faults.remove(id);
          return sumOfHits(rules.map(({ kind, id }) => ({ [kind]: listed.get(id) ?? 0 })));
        },
      };
    },
  };
}

/** Not as the beginning of a longer number. */
const nameIn = (name: string) => `${name}(?!\\d)`;

export function sumOfHits(all: readonly StormHits[]): StormHits {
  const sum: StormHits = {};
  for (const hits of all) for (const kind of stormKinds) if (hits[kind]) sum[kind] = (sum[kind] ?? 0) + hits[kind];
  return sum;
}

/**
 * Messages come back in seconds, as if their owners' consumers had asked for a short visibility: the reader's own two minutes would be
 * longer than a round. Returns the rule's id.
 */
function shortenVisibility(cloud: LocalCloud): string {
  return cloud.faults.add({ kind: "redelivery", service: "sqs", latencyMs: REDELIVERED_AFTER_MS });
}
