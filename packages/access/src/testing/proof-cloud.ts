import { randomUUID } from "node:crypto";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { clientFor } from "@letsdata/aws/client-for";
import { putRole } from "@letsdata/aws/identity-roles";
import { staticCredentials } from "@letsdata/aws/session-source";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { accessGrantTrustPolicy, policyOf } from "@letsdata/dataset/policy-documents";
import { ACCOUNT, KEYS, OTHER_ACCOUNT, OTHER_KEYS, startTestCloud } from "@letsdata/local-cloud/testing/test-cloud";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Permission, PolicyDocument } from "@letsdata/plugin-kit/permissions";
import type { DatasetOwner } from "../component-access.ts";
import type { Installation } from "../installation.ts";
import { createUserPrincipal } from "../installation-roles.ts";

const region = "eu-west-1";
const POLICY = "granted";
const ours = {
  readConnector: {
    connectorDestination: "S3",
    readerType: "SINGLEFILEREADER",
    bucketName: "public",
    bucketResourceLocation: "LetsData",
    artifactImplementationLanguage: "JAVASCRIPT",
    artifactFileS3Link: "s3://public/code.zip",
    artifactFileS3LinkResourceLocation: "LetsData",
  },
  writeConnector: { connectorDestination: "KINESIS", resourceLocation: "LetsData" },
  errorConnector: { connectorDestination: "S3", resourceLocation: "LetsData" },
  computeEngine: { computeEngineType: "LAMBDA" },
  manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents: "a" },
};

/** Components of a dataset; what is left out is LetsData's. */
export type Components = Partial<Record<keyof typeof ours, object>>;

/** An installation, a user of it and a customer's account, with the real chain of roles between them. */
export async function openProofCloud() {
  const cloud = await startTestCloud({
    kinesisShardBytesPerSecond: 2 ** 40,
    kinesisShardRecordsPerSecond: 1_000_000,
    kinesisShardReadsPerSecond: 1_000_000,
  });
  const { endpoint } = cloud;
  const installation: Installation = {
    accountId: ACCOUNT,
    region,
    endpoint,
    stage: "Test",
    credentials: staticCredentials(KEYS),
  };
  const userId = randomUUID();
  const owner: DatasetOwner = { userId, iamUserArn: await createUserPrincipal(installation, userId) };
  const customer: CloudAccess = {
    region,
    accountId: OTHER_ACCOUNT,
    datasetName: "Proof",
    endpoint,
    credentials: staticCredentials(OTHER_KEYS),
  };

  return {
    installation,
    owner,
    customer,
    /** A dataset whose access grant role is of this name. */
    config(components: Components, roleName: string): DatasetConfig {
      const parsed = parseDatasetConfig({
        datasetName: customer.datasetName,
        region,
        accessGrantRoleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/${roleName}`,
        customerAccountForAccess: OTHER_ACCOUNT,
        ...ours,
        ...components,
      });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      return parsed.config;
    },
    /** The role as the generator says, or with another trust policy. Repeatable. */
    grant: (
      name: string,
      permissions: readonly Permission[],
      trust: PolicyDocument = accessGrantTrustPolicy(owner),
    ): Promise<string> =>
      putRole(customer, {
        name,
        description: "access grant",
        trust,
        policies: { [POLICY]: policyOf(permissions) },
      }),
    /** Other permissions for a role that is there, without a new session. */
    regrant: (name: string, permissions: readonly Permission[]) =>
      clientFor(IAMClient, customer).send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: POLICY,
          PolicyDocument: JSON.stringify(policyOf(permissions.filter(({ actions }) => actions.length > 0))),
        }),
      ),
    remove: () => cloud.remove(),
  };
}

export type ProofCloud = Awaited<ReturnType<typeof openProofCloud>>;
