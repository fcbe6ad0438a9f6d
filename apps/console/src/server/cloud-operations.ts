import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { availableRuntimes } from "@letsdata/access/available-runtimes";
import { checkComponent } from "@letsdata/access/check-component";
import { assumeAccessGrantInput, componentAccess } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import { createUserPrincipal } from "@letsdata/access/installation-roles";
import { connectorPermissions } from "@letsdata/access/permission-source";
import type { CloudOperations, CloudUser, ErrorArchive } from "@letsdata/api/cloud-operations";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { probeRole } from "@letsdata/aws/probe-role";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { generatedNames } from "@letsdata/dataset/names";
import {
  needsAccessGrant,
  type OwnedThing,
  ownedThings,
  ownerOf,
  pathOfThing,
} from "@letsdata/dataset/resource-owners";
import { asProblem, type ProblemDetail } from "@letsdata/plugin-kit/problems";

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
    readErrorFile: (archive, key, signal) => readErrorFile(installation, archive, key, signal),
  };
}

async function checkAccess(
  installation: Installation,
  config: DatasetConfig,
  user: CloudUser,
  signal: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  if (needsAccessGrant(config)) {
    const { externalId: _, ...grant } = assumeAccessGrantInput(installation, config, user, user.userId);
    const probe = {
      ...grant,
      externalId: user.userId,
      trustedPrincipalArn: user.iamUserArn,
      path: "accessGrantRoleArn",
    };
    const findings = await collected("accessGrantRoleArn", () => probeRole(probe, signal));
    if (findings.length > 0) return findings;
  }
  const things = ownedThings.filter((thing) => isToBeChecked(config, thing));
  const findings = await Promise.all(
    things.map((thing) =>
      collected(pathOfThing[thing], () => checkComponent(installation, config, user, thing, signal)),
    ),
  );
  return findings.flat();
}

/** What LetsData will make has nothing to check yet; what it reads with its own rights has. */
function isToBeChecked(config: DatasetConfig, thing: OwnedThing): boolean {
  const owner = ownerOf(config, thing);
  if (owner === "Customer") return true;
  return owner === "LetsData" && (thing === "readConnector" || thing === "artifact" || thing === "manifestFile");
}

async function collected(
  path: string,
  check: () => Promise<readonly ProblemDetail[]>,
): Promise<readonly ProblemDetail[]> {
  try {
    return await check();
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.entry.retry === "later" || problem.code === "INTERNAL") throw problem;
    if (problem.errors.length > 0) return problem.errors;
    return [{ path: problem.path ?? path, code: problem.code, message: problem.message, fix: problem.entry.fix }];
  }
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
