import { componentAccess } from "@letsdata/access/component-access";
import { errorConnectorOf, writeConnectorOf } from "@letsdata/access/connector-runtimes";
import { sparkSecretAccess, sparkSecretNames } from "@letsdata/access/spark-access";
import { deleteRole } from "@letsdata/aws/identity-roles";
import { deleteSecretsNamed } from "@letsdata/aws/secrets";
import { removeBucket } from "@letsdata/connectors/s3/provision";
import { inTransaction } from "@letsdata/database/database";
import {
  getDatasetById,
  lockDataset,
  type StoredDataset,
  transitionDataset,
} from "@letsdata/database/stores/dataset-store";
import { deleteDatasetContents } from "@letsdata/database/stores/delete-dataset";
import { generatedNames } from "@letsdata/dataset/names";
import { ownerOf } from "@letsdata/dataset/resource-owners";
import { sparkStepsOf } from "@letsdata/dataset/spark-step";
import { loadDatasetContext } from "./dataset-contexts.ts";
import type { WorkerDependencies } from "./dependencies.ts";
import { removeModelEndpoint } from "./model-endpoint.ts";
import { intermediateBucket } from "./spark/intermediate-bucket.ts";

/** A release that failed is tried again so much later (product.md §9.1). */
export const RELEASE_RETRY_SECONDS = 3_600;

export function isDeleted(dataset: Pick<StoredDataset, "status"> | null): boolean {
  return dataset?.status === "DELETING" || dataset?.status === "DELETED";
}

/** DELETING → DELETED. Repeatable; also while another worker does the same for another request. */
export async function deleteStoredDataset(
  dependencies: WorkerDependencies,
  datasetId: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { database } = dependencies;
  const done = { type: "DELETE" };
  if ((await getDatasetById(database, datasetId))?.status === "DELETED") return done;
  await releaseDataset(dependencies, datasetId, signal);
  await inTransaction(database, async (transaction) => {
    const { status } = await lockDataset(transaction, datasetId);
    if (status !== "DELETED") await transitionDataset(transaction, datasetId, "released");
  });
  return done;
}

/**
 * Removes what LetsData owns for a dataset that is deleted, then everything known of it but its configuration and usage. What belongs to the
 * customer is never touched. Repeatable.
 */
export async function releaseDataset(
  { database, installation, artifacts }: WorkerDependencies,
  datasetId: string,
  signal: AbortSignal,
): Promise<void> {
  const { config, owner } = await loadDatasetContext(database, installation, datasetId);
  if (ownerOf(config, "writeConnector") === "LetsData") {
    const access = componentAccess(installation, config, owner, "writeConnector");
    await writeConnectorOf(config).remove(config.writeConnector, access, signal);
  }
  if (ownerOf(config, "errorConnector") === "LetsData") {
    const access = componentAccess(installation, config, owner, "errorConnector");
    await errorConnectorOf(config).remove(config.errorConnector, access, signal);
  }
  await removeModelEndpoint(installation, { datasetId, config, owner }, signal);
  if (sparkStepsOf(config).length > 0) {
    await deleteSecretsNamed(
      sparkSecretAccess(installation, config),
      sparkSecretNames(installation, datasetId),
      signal,
    );
    await removeBucket(...intermediateBucket(installation, { config, datasetId }), signal);
  }
  await deleteRole(installation, generatedNames(installation.stage, datasetId).customerAccessRole, signal);
  await artifacts.remove(datasetId);
  await deleteDatasetContents(database, datasetId, signal);
}
