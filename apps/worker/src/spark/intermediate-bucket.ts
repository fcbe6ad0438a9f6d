import type { Installation } from "@letsdata/access/installation";
import { regionOf } from "@letsdata/dataset/dataset-config";
import { generatedNames } from "@letsdata/dataset/names";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { DatasetContext } from "../dataset-contexts.ts";

/** The bucket between a dataset's mappers and its reducer, and the access that makes and removes it. */
export function intermediateBucket(
  installation: Installation,
  { config, datasetId }: Pick<DatasetContext, "config" | "datasetId">,
): readonly [{ readonly bucketName: string; readonly resourceLocation: "LetsData" }, CloudAccess] {
  const { sparkIntermediateBucket } = generatedNames(installation.stage, datasetId);
  const { accountId, endpoint, credentials } = installation;
  const region = regionOf(config, "computeEngine");
  return [
    { bucketName: sparkIntermediateBucket, resourceLocation: "LetsData" },
    { region, accountId, datasetName: config.datasetName, endpoint, credentials },
  ];
}
