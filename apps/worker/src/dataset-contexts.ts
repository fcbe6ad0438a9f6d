import { customerCredentials, type DatasetOwner, dataTaskCredentials } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import type { Database } from "@letsdata/database/database";
import { newestConfigRevision } from "@letsdata/database/stores/config-revision-store";
import { getDatasetById } from "@letsdata/database/stores/dataset-store";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { withGeneratedNames } from "@letsdata/dataset/resolve-names";
import type { CredentialsSource } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";

/** What every attempt of a dataset's tasks shares in this worker. */
export interface DatasetContext {
  readonly datasetId: string;
  readonly tenantId: string;
  readonly datasetName: string;
  readonly codeVersion: number;
  readonly codeDigest: string | null;
  readonly config: DatasetConfig;
  readonly owner: DatasetOwner;
  /** Sessions of the access grant role. */
  readonly customer: CredentialsSource;
  /** Sessions narrowed to what LetsData owns for this dataset. */
  readonly letsdata: CredentialsSource;
}

const CONTEXTS_KEPT = 200;

/** Loads contexts once per dataset and revision of its configuration; the least recently used are forgotten. */
export function createDatasetContexts(database: Database, installation: Installation) {
  const contexts = new Map<string, Promise<DatasetContext>>();

  return {
    async get(datasetId: string): Promise<DatasetContext> {
      const key = `${datasetId}/${await newestConfigRevision(database, datasetId)}`;
      const known = contexts.get(key) ?? loadDatasetContext(database, installation, datasetId);
      contexts.delete(key);
      contexts.set(key, known);
      known.catch(() => contexts.delete(key));
      const oldest = contexts.keys().next().value;
      if (contexts.size > CONTEXTS_KEPT && oldest !== undefined) contexts.delete(oldest);
      return known;
    },
  };
}

export type DatasetContexts = ReturnType<typeof createDatasetContexts>;

export async function loadDatasetContext(
  database: Database,
  installation: Installation,
  datasetId: string,
): Promise<DatasetContext> {
  const dataset = await getDatasetById(database, datasetId);
  if (!dataset) throw new Problem("NOT_FOUND", `Dataset ${datasetId} does not exist.`);
  const user = await database.user.findUnique({
    where: { id: dataset.userId },
    select: { id: true, iamUserArn: true },
  });
  if (!user?.iamUserArn) throw new Problem("NOT_FOUND", `The user of dataset ${datasetId} has no IAM principal.`);
  // Stored by create-dataset after the parse; the canonical form is what the schema's type says.
  const config = withGeneratedNames(dataset.config as unknown as DatasetConfig, installation.stage, datasetId);
  const owner = { userId: user.id, iamUserArn: user.iamUserArn };
  const { tenantId, name: datasetName, codeVersion, codeDigest } = dataset;
  return {
    datasetId,
    tenantId,
    datasetName,
    codeVersion,
    codeDigest,
    config,
    owner,
    customer: config.accessGrantRoleArn ? customerCredentials(installation, config, owner) : refuseCustomer,
    letsdata: dataTaskCredentials(installation, config, datasetId),
  };
}

/** A dataset that lies wholly with LetsData names no access grant role. */
export const refuseCustomer: CredentialsSource = async () => {
  throw new Problem("ACCESS_DENIED", "This dataset names no access grant role.", { path: "accessGrantRoleArn" });
};
