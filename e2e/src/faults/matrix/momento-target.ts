import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { type Misbehaviour, startFakeMomento } from "@letsdata/connectors/momento/testing/fake-momento";
import type { TestInstallation } from "../../installation/start-installation.ts";
import { LATENCY_MS, probabilityOf, type StormHits, type StormKind } from "./storms.ts";
import { DIMENSIONS, type OpenTarget, type TargetTraits } from "./targets.ts";

const THROTTLED = 8;
const UNAVAILABLE = 14;
const misbehaviours: Partial<Record<StormKind, Misbehaviour>> = {
  throttle: { status: THROTTLED },
  "5xx": { status: UNAVAILABLE },
  latency: { latencyMs: LATENCY_MS },
  "cut-before": { cut: "before" },
  "cut-after": { cut: "after" },
  partial: { refuseFirst: true },
};

export const momentoTraits: TargetTraits = { padBytes: 0, dropsRepeats: false, storms: ["partial"] };

/** Momento is no part of the local cloud: a server of ours speaks its protocol, and makes its own weather. */
export async function openMomentoTarget(installation: TestInstallation): Promise<OpenTarget> {
  const momento = await startFakeMomento();
  const secrets = clientFor(SecretsManagerClient, installation.customer);
  const input = { Name: "momento", SecretString: momento.token() };
  const { ARN: momentoAuthTokenArn } = await secrets.send(new CreateSecretCommand(input));
  const weather = new Map<string, () => Misbehaviour | null>();
  momento.misbehave((indexName) => weather.get(indexName)?.() ?? null);
  return {
    ...momentoTraits,
    async writeConnector(indexName) {
      momento.makeIndex(indexName, { numDimensions: DIMENSIONS, similarityMetric: "COSINE_SIMILARITY" });
      return {
        connectorDestination: "MOMENTO_VECTOR_INDEX",
        resourceLocation: "Customer",
        indexName,
        numDimensions: DIMENSIONS,
        momentoAuthTokenArn,
      };
    },
    ids: async (_installation, { datasetName }) => [...(momento.indexes.get(datasetName)?.items.keys() ?? [])],
    beginStorm({ name, storms }, random) {
      const hits: StormHits = {};
      weather.set(name, () => {
        const kind = storms.find((one) => misbehaviours[one] && random.next() < probabilityOf(one));
        if (kind === undefined) return null;
        hits[kind] = (hits[kind] ?? 0) + 1;
        return misbehaviours[kind] ?? null;
      });
      return {
        async end() {
          weather.delete(name);
          return hits;
        },
      };
    },
    close: () => momento.stop(),
  };
}
