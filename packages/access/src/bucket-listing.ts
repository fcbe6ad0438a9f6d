import { accessGrant } from "@letsdata/aws/assume-role";
import { listPrefix } from "@letsdata/connectors/s3/list-prefix";
import type { DatasetOwner } from "./component-access.ts";
import type { Installation } from "./installation.ts";

export interface BucketPlace {
  readonly bucketName: string;
  readonly prefix: string;
  readonly region: string;
  readonly accessGrantRoleArn: string;
}

/** Objects under a prefix of a customer's bucket, with a session of their role that can list this bucket and nothing else. */
export function listCustomerObjects(
  installation: Installation,
  place: BucketPlace,
  owner: DatasetOwner,
  signal: AbortSignal,
): AsyncIterable<{ readonly key: string; readonly bytes: number }> {
  const { bucketName, prefix, region, accessGrantRoleArn } = place;
  const credentials = accessGrant({
    installation: installation.credentials,
    region: installation.region,
    endpoint: installation.endpoint,
    iamUserArn: owner.iamUserArn,
    accessGrantRoleArn,
    userId: owner.userId,
    sessionName: "letsdata-manifest",
    sessionPolicy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucketName}` }],
    },
  });
  const accountId = accessGrantRoleArn.split(":")[4] ?? "";
  const access = { region, accountId, datasetName: "", endpoint: installation.endpoint, credentials };
  return listPrefix(bucketName, prefix, access, signal);
}
