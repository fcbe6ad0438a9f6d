import { setTimeout as delay } from "node:timers/promises";
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  type StreamDescriptionSummary,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { classifyAwsError, quotaProblem } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { type RetryOptions, withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { lookOf, RemovalWatch } from "../removal-watch.ts";
import { type KinesisTarget, nameOfStream, streamArn } from "./permissions.ts";

const POLL_MS = 250;
const POLL_SLOWEST_MS = 5_000;
const STEPS_MAX = 400;
const QUOTA = "the quota of shards per Region (Amazon Kinesis Data Streams)";

/**
 * Makes LetsData's stream, or resizes a stream to the configured shards; waits until it is ACTIVE. Each step looks first,
 * so that it can be repeated after a crash at any point. Throws RESOURCE_NOT_FOUND where it is removed meanwhile, and CLOUD_CALL_REFUSED
 * where the account's shards are used up.
 */
export async function provisionStream(
  config: KinesisTarget,
  access: CloudAccess,
  signal: AbortSignal,
  retry: Pick<RetryOptions, "sleep"> = {},
): Promise<readonly ProvisionedResource[]> {
  const isOurs = config.resourceLocation === "LetsData";
  const shards = config.kinesisShardCount ?? (isOurs ? 1 : undefined);
  if (!isOurs && shards === undefined) return [];
  const StreamName = nameOfStream(config);
  const kinesis = clientFor(KinesisClient, access);
  const options = { abortSignal: signal };
  const resource = streamArn(config, access);
  const change = async (action: string, send: () => Promise<unknown>): Promise<void> => {
    try {
      await withRetry(() => send().catch(unlessInUse), {
        ...retry,
        call: { action: `kinesis:${action}`, resource },
        signal,
      });
    } catch (thrown) {
      throw quotaProblem(thrown, QUOTA);
    }
  };
  let pollMs = POLL_MS;
  const removal = new RemovalWatch();
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const found = await describe(kinesis, StreamName, resource, signal);
    const meaning = removal.see(lookOf(found?.StreamStatus), performance.now());
    // One that is being removed when this begins is waited for; one that goes meanwhile is somebody's wish.
    if (meaning === "removed") {
      throw new Problem("RESOURCE_NOT_FOUND", `${resource} was removed while it was being made.`);
    }
    if (meaning === "make") {
      if (!isOurs)
        throw new Problem("RESOURCE_NOT_FOUND", `${resource} does not exist.`, {
          path: "writeConnector.kinesisStreamName",
        });
      const StreamModeDetails = { StreamMode: "PROVISIONED" as const };
      const Tags = { "letsdata:datasetName": access.datasetName };
      await change("CreateStream", () =>
        kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: shards, StreamModeDetails, Tags }), options),
      );
    } else if (found?.StreamStatus === "ACTIVE") {
      if (found.OpenShardCount === shards) {
        return isOurs ? [{ kind: "kinesis-stream", name: StreamName, arn: resource, region: access.region }] : [];
      }
      const TargetShardCount = nextShardCount(found.OpenShardCount ?? 1, shards ?? 1);
      await change("UpdateShardCount", () =>
        kinesis.send(
          new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: "UNIFORM_SCALING" }),
          options,
        ),
      );
    }
    await delay(pollMs, undefined, { signal });
    pollMs = Math.min(pollMs * 1.5, POLL_SLOWEST_MS);
  }
  throw new Problem("CLOUD_UNAVAILABLE", `${resource} does not become ACTIVE with ${shards} shards.`);
}

/**
 * One call doubles or halves a stream at most, so a long way takes several:
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
 */
function nextShardCount(open: number, wanted: number): number {
  return Math.min(Math.max(wanted, Math.ceil(open / 2)), open * 2);
}

/** Removes LetsData's stream and waits for nothing; one that is gone already is fine. */
export async function removeStream(config: KinesisTarget, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (config.resourceLocation !== "LetsData" || !config.kinesisStreamName) return;
  const kinesis = clientFor(KinesisClient, access);
  const input = { StreamName: config.kinesisStreamName, EnforceConsumerDeletion: true };
  await withRetry(
    async () => {
      try {
        await kinesis.send(new DeleteStreamCommand(input), { abortSignal: signal });
      } catch (thrown) {
        if (classifyAwsError(thrown).code !== "RESOURCE_NOT_FOUND") throw thrown;
      }
    },
    { call: { action: "kinesis:DeleteStream", resource: streamArn(config, access) }, signal },
  );
}

async function describe(
  kinesis: KinesisClient,
  StreamName: string,
  resource: string,
  signal: AbortSignal,
): Promise<StreamDescriptionSummary | null> {
  try {
    const answer = await withRetry(
      () => kinesis.send(new DescribeStreamSummaryCommand({ StreamName }), { abortSignal: signal }),
      { call: { action: "kinesis:DescribeStreamSummary", resource }, signal },
    );
    return answer.StreamDescriptionSummary ?? null;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === "RESOURCE_NOT_FOUND") return null;
    throw thrown;
  }
}

/** Somebody (an earlier attempt of ours) is at it: the next look decides. */
function unlessInUse(thrown: unknown): void {
  if ((thrown as { name?: string }).name !== "ResourceInUseException") throw thrown;
}
