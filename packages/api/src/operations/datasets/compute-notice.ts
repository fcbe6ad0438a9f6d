import type { Queryable } from "@letsdata/database/database";
import type { StoredDataset } from "@letsdata/database/stores/dataset-store";
import { hasMeasured } from "@letsdata/database/stores/metric-store";
import { standInNotice } from "@letsdata/dataset/stand-in-notice";
import { component } from "./component-summaries.ts";

/** A sentence for people where a stand-in for the model gave any of the dataset's vectors. */
export async function computeNoticeOf(
  database: Queryable,
  { datasetId, config }: Pick<StoredDataset, "datasetId" | "config">,
): Promise<string | null> {
  if (component(config, "computeEngine").computeEngineType !== "LAMBDA_AND_SAGEMAKER") return null;
  return (await hasMeasured(database, datasetId, "inference.stand-ins")) ? standInNotice : null;
}
