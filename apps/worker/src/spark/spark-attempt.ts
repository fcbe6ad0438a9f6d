import type { Installation } from "@letsdata/access/installation";
import { openSparkSecret, type SparkSecret } from "@letsdata/access/spark-access";
import type { SparkAssignment } from "@letsdata/compute/task-protocol";
import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import { type DatasetConfig, memoryMegabytesOf, regionOf } from "@letsdata/dataset/dataset-config";
import { generatedNames } from "@letsdata/dataset/names";
import { planManifest } from "@letsdata/dataset/plan-tasks";
import {
  hasIntermediateBucket,
  mapperOutputUris,
  type SparkReducerDefinition,
  type SparkStepName,
  sparkArguments,
  sparkSides,
  sparkSourceUri,
} from "@letsdata/dataset/spark-step";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { DatasetContext } from "../dataset-contexts.ts";
import type { Log } from "../log.ts";
import { manifestInput } from "../manifest-input.ts";
import type { ScratchFolders } from "./scratch-folders.ts";
import { sparkProperties } from "./spark-properties.ts";

export interface SparkAttemptParts {
  readonly installation: Installation;
  readonly scratch: ScratchFolders;
  readonly log: Log;
}

/** A Spark step ready to be called. */
export interface OpenSparkAttempt {
  readonly assignment: SparkAssignment;
  readonly secret: SparkSecret;
}

/** Secret and scratch folder are there while `run` is under way, and gone afterwards whatever becomes of it. */
export async function withSparkAttempt<T>(
  parts: SparkAttemptParts,
  context: DatasetContext,
  claimed: ClaimedTask,
  step: SparkStepName,
  signal: AbortSignal,
  run: (spark: OpenSparkAttempt) => Promise<T>,
): Promise<T> {
  const { installation, scratch, log } = parts;
  const { config, owner, datasetId } = context;
  const { taskId, attempt } = claimed;
  const readUris = await readUrisOf(installation, context, claimed, step, signal);
  await using opened = new AsyncDisposableStack();
  const keepUntilEnd = (what: string, remove: () => Promise<void>) =>
    opened.defer(() =>
      remove().catch((error: unknown) => log.warn(`task ${taskId}: ${what} could not be removed`, error)),
    );
  const folder = await scratch.open(`${taskId}-${attempt}`);
  keepUntilEnd("its scratch folder", folder.remove);
  const secret = await openSparkSecret(installation, { config, owner, datasetId, taskId, attempt, step }, signal);
  keepUntilEnd("its secret", secret.remove);
  const { sparkIntermediateBucket: intermediateBucket } = generatedNames(installation.stage, datasetId);
  const sides = sparkSides(config, step, intermediateBucket);
  const { endpoint } = installation;
  const assignment: SparkAssignment = {
    interfaceName: step === "mapper" ? "SparkMapperInterface" : "SparkReducerInterface",
    arguments: {
      ...sparkArguments({ config, step, taskId, intermediateBucket, readUris }),
      sparkCredentialsSecretArn: secret.arn,
    },
    scratchDir: folder.path,
    properties: sparkProperties({
      masterUrl: masterUrlOf(config),
      memoryMegabytes: memoryMegabytesOf(config.computeEngine),
      scratchDir: folder.path,
      endpoint,
      sides: [sides.read, sides.write],
    }),
    region: regionOf(config, "computeEngine"),
    endpoint: endpoint ?? null,
  };
  return await run({ assignment, secret });
}

/** A mapper reads its line's object; a reducer what all mappers left, or alone every object of the manifest. */
async function readUrisOf(
  installation: Installation,
  context: DatasetContext,
  { readerDefinition }: ClaimedTask,
  step: SparkStepName,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { config, datasetId } = context;
  const { read } = sparkSides(config, step, generatedNames(installation.stage, datasetId).sparkIntermediateBucket);
  if (step === "mapper") {
    const { fileNames } = readerDefinition as { readonly fileNames: Readonly<Record<string, string>> };
    return [sparkSourceUri(read, fileNames[""]!)];
  }
  const { lines, fingerprint } = readerDefinition as unknown as SparkReducerDefinition;
  if (hasIntermediateBucket(config)) return mapperOutputUris(read, config.datasetName, datasetId, lines);
  const uris: string[] = [];
  for await (const plans of planManifest(manifestInput(installation, context, signal), { lines, fingerprint }))
    for (const plan of plans) uris.push(sparkSourceUri(read, plan.readerDefinition.fileNames[""]!));
  return uris;
}

function masterUrlOf({ computeEngine }: DatasetConfig): string {
  if (computeEngine.computeEngineType === "SPARK") return computeEngine.sparkMasterUrl;
  throw new Problem("INTERNAL", "A Spark task of a dataset that does not run Spark.");
}
