import { join } from "node:path";
import { installJars } from "../install-packages.ts";
import { QUICK_START } from "../java-options.ts";
import { type RunningServer, startServerProcess } from "../server-process.ts";

export const ACCOUNT = "000000000000";

/** ElasticMQ from its published jars; queues live in memory. */
export async function startElasticmq(): Promise<RunningServer> {
  const jars = await installJars("elasticmq", join(import.meta.dirname, "pom.xml"));
  return startServerProcess((port) => ({
    command: "java",
    parameters: [
      ...QUICK_START,
      "-Xmx256m",
      `-Drest-sqs.bind-port=${port}`,
      "-Drest-sqs.bind-hostname=127.0.0.1",
      `-Dnode-address.port=${port}`,
      "-Dnode-address.host=127.0.0.1",
      "-Drest-stats.enabled=false",
      `-Daws.accountId=${ACCOUNT}`,
      "-Daws.region=eu-west-1",
      "-cp",
      join(jars, "*"),
      "org.elasticmq.server.Main",
    ],
  }));
}
