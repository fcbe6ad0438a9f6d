import { join } from "node:path";
import { installJars } from "../install-packages.ts";
import { QUICK_START } from "../java-options.ts";
import { type RunningServer, startServerProcess } from "../server-process.ts";

/** Amazon's DynamoDB Local from its published jars; tables live in memory. */
export async function startDynamodbLocal(): Promise<RunningServer> {
  const jars = await installJars("dynamodb-local", join(import.meta.dirname, "pom.xml"));
  return startServerProcess((port) => ({
    command: "java",
    parameters: [
      ...QUICK_START,
      "-Xmx512m",
      `-Djava.library.path=${jars}`,
      "-cp",
      join(jars, "*"),
      "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
      "-inMemory",
      "-disableTelemetry",
      "-port",
      String(port),
    ],
  }));
}
