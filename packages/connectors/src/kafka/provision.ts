import type { ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { KafkaWriteConfig } from "./config.ts";

/** A cluster of LetsData needs Amazon MSK; `availableRuntimes.managedClusters` keeps such datasets away before this is asked. */
export async function provisionCluster(config: KafkaWriteConfig): Promise<readonly ProvisionedResource[]> {
  if (config.resourceLocation === "Customer") return [];
  throw new Problem("NOT_AVAILABLE_LOCALLY", "A Kafka cluster made by LetsData cannot run on this installation.", {
    path: "writeConnector.resourceLocation",
  });
}

export async function removeCluster(): Promise<void> {}
