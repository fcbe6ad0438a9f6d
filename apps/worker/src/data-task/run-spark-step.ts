import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import type { SparkAssignment, TaskAssignment } from "@letsdata/compute/task-protocol";
import type { SparkStep } from "@letsdata/handlers/spark/spark-step";
import { type AttemptOutcome, noCounts } from "@letsdata/pipeline/ports";
import type { Credentials } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { failedOutcome } from "./failed-outcome.ts";
import { handlerPlace } from "./handler-place.ts";

/**
 * One attempt at a Spark step: a single call of customer code, which reads and writes by itself. It has no records to count and no
 * position to go on from, so an attempt that is interrupted ends at once and the next one starts over.
 */
export async function runSparkStep(
  { handler, task, spark }: TaskAssignment & { readonly spark: SparkAssignment },
  channel: TaskChannel,
): Promise<AttemptOutcome> {
  const { stop, lost } = channel;
  let step: SparkStep | null = null;
  try {
    const { host } = handlerPlace(handler.language, spark.interfaceName);
    if (!host.openSparkStep) {
      throw new Problem("NOT_AVAILABLE_LOCALLY", `Spark handlers in ${handler.language} cannot run here.`, {
        path: "readConnector.artifactImplementationLanguage",
      });
    }
    const { scratchDir, properties, interfaceName } = spark;
    const environment = environmentOf(spark, await channel.credentials("sparkSecret"));
    step = await host.openSparkStep({
      interfaceName,
      artifactDir: handler.artifactDir,
      implementation: handler.implementation ?? null,
      taskId: task.taskId,
      dataset: task,
      surroundings: { scratchDir, properties, environment },
    });
    await step.run(spark.arguments, AbortSignal.any([stop, lost]));
    return { kind: "completed", counts: noCounts };
  } catch (thrown) {
    if (lost.aborted) return { kind: "abandoned", counts: noCounts };
    if (stop.aborted) return { kind: stop.reason === "rerun" ? "rerun" : "stopped", counts: noCounts };
    return failedOutcome(noCounts, thrown);
  } finally {
    await step?.close();
  }
}

/** As on Lambda: the region, and credentials that here read nothing but the attempt's own secret (product.md §4.5). */
function environmentOf({ region, endpoint, scratchDir, properties }: SparkAssignment, credentials: Credentials) {
  const driver = properties["spark.driver.host"];
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    ...(endpoint === null ? {} : { AWS_ENDPOINT_URL: endpoint }),
    SPARK_LOCAL_DIRS: `${scratchDir}/local`,
    ...(driver === undefined ? {} : { SPARK_LOCAL_IP: driver }),
  };
}
