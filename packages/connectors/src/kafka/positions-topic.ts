import { type Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from "@platformatic/kafka";
import { protocolIdOf } from "./kafka-problem.ts";

export type TopicSettings = Readonly<Record<string, string>>;

const COMPACTED: TopicSettings = { "cleanup.policy": "compact" };
/**
 * Each session reads its partition of the topic, and what is in the open segment is not compacted: by Kafka's defaults that is up to 1 GiB, or a
 * week. Segments of 16 MiB or 10 minutes are, as soon as a tenth of them is out of date.
 */
const COMPACTED_SOON: TopicSettings = {
  "segment.bytes": String(16 * 1024 * 1024),
  "segment.ms": String(10 * 60 * 1000),
  "min.cleanable.dirty.ratio": "0.1",
};
/** What managed clusters say of settings that they do not leave to their users. */
const NOT_ALLOWED = new Set<string | null>(["INVALID_CONFIG", "INVALID_REQUEST", "POLICY_VIOLATION"]);
/** Somebody set it for this topic. */
const SET_FOR_TOPIC = 1;

/** Makes the topic with what the cluster allows of its settings. */
export async function createPositionsTopic(create: (settings: TopicSettings) => Promise<void>): Promise<void> {
  try {
    await create({ ...COMPACTED, ...COMPACTED_SOON });
  } catch (thrown) {
    if (!NOT_ALLOWED.has(protocolIdOf(thrown))) throw thrown;
    await create(COMPACTED);
  }
}

/** Gives a topic made without them its settings. Those that somebody set stay; a cluster that refuses is left as it is. */
export async function tunePositionsTopic(
  admin: Pick<Admin, "describeConfigs" | "incrementalAlterConfigs">,
  topic: string,
): Promise<void> {
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
  const configurationKeys = Object.keys({ ...COMPACTED, ...COMPACTED_SOON });
  try {
    const [described] = await admin.describeConfigs({ resources: [{ ...resource, configurationKeys }] });
    const found = new Map(described?.configs.map((config) => [config.name, config]));
    if (found.get("cleanup.policy")?.value !== COMPACTED["cleanup.policy"]) return;
    const configs = Object.entries(COMPACTED_SOON)
      .filter(([name]) => found.has(name) && found.get(name)!.configSource !== SET_FOR_TOPIC)
      .map(([name, value]) => ({ name, value, configOperation: IncrementalAlterConfigOperationTypes.SET }));
    if (configs.length > 0) await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs }] });
  } catch (thrown) {
    if (protocolIdOf(thrown) === null) throw thrown;
  }
}
