import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { clientFor } from "@letsdata/aws/client-for";
import { accessGrantRole, type TestInstallation } from "./start-installation.ts";

/** Gives the access grant role more than the test's buckets; `policy` is an IAM policy document. */
export async function addToGrant(
  { customer }: Pick<TestInstallation, "customer">,
  PolicyName: string,
  policy: object,
): Promise<void> {
  const PolicyDocument = JSON.stringify(policy);
  await clientFor(IAMClient, customer).send(
    new PutRolePolicyCommand({ RoleName: accessGrantRole, PolicyName, PolicyDocument }),
  );
}
