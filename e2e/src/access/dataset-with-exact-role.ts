import { putRole } from "@letsdata/aws/identity-roles";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { datasetJson } from "../installation/dataset-run.ts";
import { type TestInstallation, testBuckets } from "../installation/start-installation.ts";

export interface ExactJob {
  readonly name: string;
  /** File of the code bucket, such as `every-source.zip`. */
  readonly handler: string;
  readonly read: Readonly<Record<string, unknown>>;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly write: Readonly<Record<string, unknown>>;
  readonly concurrency?: number;
  /** LAMBDA when left out. */
  readonly engine?: Readonly<Record<string, unknown>>;
  /** Left out of what was generated, to see what is said then. */
  readonly without?: string;
}

/** Everything it touches is the customer's; a role of its own, with exactly the documents the API generates, lets LetsData in. */
export async function datasetWithExactRole(
  installation: Pick<TestInstallation, "client" | "customer" | "customerAccountId" | "accessGrantRoleArn">,
  { name, handler, read, manifest, write, concurrency, engine, without }: ExactJob,
): Promise<Record<string, unknown>> {
  const roleName = `LetsData_AccessRole_${name}`;
  const job: Record<string, unknown> = {
    ...datasetJson(installation, {
      name,
      handler,
      keys: [],
      write: { resourceLocation: "Customer", ...write },
      ...(concurrency === undefined ? {} : { concurrency }),
    }),
    accessGrantRoleArn: `arn:aws:iam::${installation.customerAccountId}:role/${roleName}`,
    readConnector: {
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}`,
      ...read,
    },
    errorConnector: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "exact-errors" },
    manifestFile: manifest,
    ...(engine === undefined ? {} : { computeEngine: engine }),
  };
  if (write.resourceLocation !== "LetsData") delete job.customerAccountForAccess;
  const { policy, trustPolicy } = await installation.client.datasets.accessPolicy(job);
  const generated = policy as unknown as PolicyDocument;
  await putRole(installation.customer, {
    name: roleName,
    description: "Exactly what was generated",
    trust: trustPolicy as unknown as PolicyDocument,
    policies: { Generated: without === undefined ? generated : withoutAction(generated, without) },
  });
  return job;
}

function withoutAction(policy: PolicyDocument, action: string): PolicyDocument {
  const Statement = policy.Statement.flatMap((statement) => {
    const actions = [statement.Action].flat().filter((one) => one !== action);
    return actions.length === 0 ? [] : [{ ...statement, Action: actions }];
  });
  return { ...policy, Statement };
}
