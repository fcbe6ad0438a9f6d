import { putRole } from "@letsdata/aws/identity-roles";
import { userRoleName } from "@letsdata/dataset/names";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { dataTaskRoleName, type Installation, sparkSecretPrefix } from "./installation.ts";

/** Principals of the installation's own account, as far as their own policies allow it. */
function trustOwnAccount(installation: Installation): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${installation.accountId}:root` }, Action: "sts:AssumeRole" },
    ],
  };
}

/** The IAM role that stands for one user, with nothing but the right to assume roles that let it in. Repeatable; returns its ARN. */
export function createUserPrincipal(installation: Installation, userId: string, signal?: AbortSignal): Promise<string> {
  return putRole(
    installation,
    {
      name: userRoleName(userId),
      description: `LetsData user ${userId}: the principal that access grant roles trust`,
      trust: trustOwnAccount(installation),
      policies: {
        AssumeAccessGrantRoles: {
          Version: "2012-10-17",
          // Which roles these are is decided by their owners' trust policies.
          Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Resource: "arn:aws:iam::*:role/*" }],
        },
      },
    },
    signal,
  );
}

/** The role data tasks act as on what LetsData owns: all generated names, and public buckets for reading. Repeatable. */
export function ensureDataTaskRole(installation: Installation, signal?: AbortSignal): Promise<string> {
  const { accountId, stage } = installation;
  const prefix = `${stage.slice(0, 1).toLowerCase()}ld`;
  return putRole(
    installation,
    {
      name: dataTaskRoleName(stage),
      description: "LetsData data tasks; every session is narrowed to one dataset",
      trust: trustOwnAccount(installation),
      policies: {
        GeneratedResources: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["dynamodb:*"],
              Resource: [
                `arn:aws:dynamodb:*:${accountId}:table/${prefix}*`,
                `arn:aws:dynamodb:*:${accountId}:table/${prefix}*/stream/*`,
              ],
            },
            { Effect: "Allow", Action: ["kinesis:*"], Resource: `arn:aws:kinesis:*:${accountId}:stream/${prefix}*` },
            {
              Effect: "Allow",
              Action: ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
              Resource: `arn:aws:sagemaker:*:${accountId}:endpoint/${prefix}*`,
            },
            { Effect: "Allow", Action: ["sqs:*"], Resource: `arn:aws:sqs:*:${accountId}:${prefix}*` },
            {
              Effect: "Allow",
              Action: ["s3vectors:*"],
              Resource: [
                `arn:aws:s3vectors:*:${accountId}:bucket/${prefix}*`,
                `arn:aws:s3vectors:*:${accountId}:bucket/${prefix}*/index/*`,
              ],
            },
            { Effect: "Allow", Action: ["s3:*"], Resource: [`arn:aws:s3:::${prefix}*`, `arn:aws:s3:::${prefix}*/*`] },
            {
              Effect: "Allow",
              Action: "secretsmanager:GetSecretValue",
              Resource: `arn:aws:secretsmanager:*:${accountId}:secret:${sparkSecretPrefix(stage)}*`,
            },
          ],
        },
        PublicBuckets: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetObject"],
              Resource: "arn:aws:s3:::*",
            },
          ],
        },
      },
    },
    signal,
  );
}
