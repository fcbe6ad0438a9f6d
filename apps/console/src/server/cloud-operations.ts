import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { availableRuntimes } from "@letsdata/access/available-runtimes";
import { listCustomerObjects } from "@letsdata/access/bucket-listing";
import { checkAccess } from "@letsdata/access/check-access";
import { componentAccess } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import { createUserPrincipal } from "@letsdata/access/installation-roles";
import { connectorPermissions } from "@letsdata/access/permission-source";
import type { CloudOperations, ErrorArchive } from "@letsdata/api/cloud-operations";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { generatedNames } from "@letsdata/dataset/names";

/** What the API needs of AWS, with the installation's own principal. */
export function createCloudOperations(installation: Installation): CloudOperations {
  return {
    installationAccountId: installation.accountId,
    stage: installation.stage,
    local: installation.endpoint !== undefined,
    permissions: connectorPermissions,
    runtimes: availableRuntimes,
    createUserPrincipal: (userId) => createUserPrincipal(installation, userId),
    checkAccess: (config, user, signal) => checkAccess(installation, config, user, signal),
    listObjects: (place, user, signal) => listCustomerObjects(installation, place, user, signal),
    readErrorFile: (archive, key, signal) => readErrorFile(installation, archive, key, signal),
  };
}

async function readErrorFile(
  installation: Installation,
  archive: ErrorArchive,
  key: string,
  signal: AbortSignal,
): Promise<string> {
  const config = archive.config as DatasetConfig;
  const access = componentAccess(installation, config, archive.owner, "errorConnector");
  const bucket = config.errorConnector.bucketName ?? generatedNames(installation.stage, archive.datasetId).errorBucket;
  const s3 = clientFor(S3Client, access);
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    return (await object.Body?.transformToString("utf8")) ?? "";
  } catch (thrown) {
    signal.throwIfAborted();
    throw classifyAwsError(thrown, { action: "s3:GetObject", resource: `arn:aws:s3:::${bucket}/${key}` });
  }
}
