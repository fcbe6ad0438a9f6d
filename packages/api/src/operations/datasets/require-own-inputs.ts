import type { Queryable } from "@letsdata/database/database";
import { findDataset } from "@letsdata/database/stores/dataset-store";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { inputsOfDatasets } from "@letsdata/dataset/inputs-of-datasets";
import { Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";

/**
 * LetsData's own rights reach what every dataset made; a tenant reads what its own datasets made. Throws CONFIG_INVALID, which says the
 * same of a dataset of somebody else and of one that is not there.
 */
export async function requireOwnInputs(db: Queryable, tenantId: string, config: DatasetConfig): Promise<void> {
  const errors: ProblemDetail[] = [];
  for (const { path, name, datasetId } of inputsOfDatasets(config)) {
    // A dataset may be named like another's id.
    if ((await findDataset(db, tenantId, datasetId))?.datasetId === datasetId) continue;
    errors.push({
      path,
      code: "INVALID_VALUE",
      message: `${name} was made by a dataset, and none of yours has the id ${datasetId}`,
      fix: "Name what one of your datasets made, or set the resource location to Customer and let your role read it.",
    });
  }
  if (errors.length === 0) return;
  throw new Problem("CONFIG_INVALID", "The dataset would read what is not yours.", { errors });
}
