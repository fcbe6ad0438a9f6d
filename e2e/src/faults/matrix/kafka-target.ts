import { setTimeout as sleep } from "node:timers/promises";
import type { OpenTarget, TargetTraits } from "./targets.ts";
import { topicIds } from "./written-ids.ts";

/** A broker of one node without authentication. */
export interface Broker {
  readonly open: string;
  /** It answers nobody until it goes on. */
  pause(): void;
  goOn(): void;
  stop(): Promise<void>;
}

const PARTITIONS = 3;
const PAUSE_MS = 1_000;
const PAUSE_WITHIN_MS = 6_000;

export const kafkaTraits: TargetTraits = { padBytes: 0, dropsRepeats: false, storms: [] };

/** Nothing cuts the connections of a broker from outside: its own weather is a late answer. */
export function kafkaTarget(broker: Broker): OpenTarget {
  let pauses = 0;
  const pause = async () => {
    if (pauses++ === 0) broker.pause();
    await sleep(PAUSE_MS);
    if (--pauses === 0) broker.goOn();
  };
  return {
    ...kafkaTraits,
    writeConnector: async (topicName) => ({
      connectorDestination: "KAFKA",
      resourceLocation: "Customer",
      bootstrapServers: broker.open,
      topicName,
      topicPartitions: PARTITIONS,
      topicReplicationFactor: 1,
    }),
    ids: (_installation, { datasetName }) => topicIds(broker.open, datasetName, PARTITIONS),
    beginStorm({ storms }, random) {
      const isLate = storms.includes("latency");
      const over = isLate ? sleep(random.integer(PAUSE_WITHIN_MS)).then(pause) : Promise.resolve();
      return {
        async end() {
          await over;
          return isLate ? { latency: 1 } : {};
        },
      };
    },
    close: () => broker.stop(),
  };
}
