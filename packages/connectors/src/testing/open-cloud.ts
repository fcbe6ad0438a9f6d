import { assumedRole } from "@letsdata/aws/assume-role";
import { putRole } from "@letsdata/aws/identity-roles";
import { staticCredentials } from "@letsdata/aws/session-source";
import { ACCOUNT, KEYS, startTestCloud } from "@letsdata/local-cloud/testing/test-cloud";
import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { Permission, PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { bucketsOf } from "./buckets.ts";

export const datasetName = "Clicks";
export const task: TaskIdentity = {
  tenantId: "tenant",
  datasetId: "d".repeat(32),
  datasetName,
  taskId: "7".repeat(32),
  attempt: 1,
};

/** A local cloud with everything a connector test asks of it. */
export async function openCloud(limits: Parameters<typeof startTestCloud>[0] = {}) {
  const cloud = await startTestCloud(limits);
  const region = "eu-west-1";
  const access: CloudAccess = {
    region,
    accountId: ACCOUNT,
    datasetName,
    endpoint: cloud.endpoint,
    credentials: staticCredentials(KEYS),
  };
  let made = 0;

  return {
    cloud,
    ...bucketsOf(access),
    faults: cloud.faults,
    /** The next batch of this call has these of its entries refused, for a reason that passes. */
    rejectNext(service: string, action: string, places: readonly number[]): void {
      cloud.faults.add({ kind: "partial", service, action, match: `#(${places.join("|")})$`, times: places.length });
    },
    /** Access of a fresh role that may do exactly this. */
    async narrowed(permissions: readonly Permission[]): Promise<CloudAccess> {
      const name = `narrow-${made++}`;
      const trust: PolicyDocument = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" }],
      };
      const policy: PolicyDocument = {
        Version: "2012-10-17",
        Statement: permissions.map(({ actions, resources }) => ({
          Effect: "Allow",
          Action: actions,
          Resource: resources,
        })),
      };
      const roleArn = await putRole(access, {
        name,
        description: "test",
        trust,
        policies: permissions.length ? { policy } : {},
      });
      const credentials = assumedRole({
        from: access.credentials,
        region,
        endpoint: cloud.endpoint,
        roleArn,
        sessionName: "test",
      });
      return { ...access, credentials };
    },
  };
}

export type OpenCloud = Awaited<ReturnType<typeof openCloud>>;
