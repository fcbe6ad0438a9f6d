import type { Cloud } from "../cloud.ts";
import { type PolicyDocument, parsePolicy } from "../iam/policy-document.ts";

export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly policy: string | null;
  /** The configuration as it was put, XML; null: never set. */
  readonly encryption: string | null;
  readonly tagging: string | null;
  readonly publicAccessBlock: string | null;
  /** Missing in buckets of older state. */
  readonly lifecycle?: string | null;
  readonly objectLock?: string | null;
}

export type BucketStore = ReturnType<typeof openBucketStore>;

export function openBucketStore({ database }: Cloud) {
  const buckets = new Map(database.documents<Bucket>("s3.bucket").map(({ key, value }) => [key, value]));
  const policies = new Map<string, PolicyDocument>();
  return {
    find: (name: string): Bucket | null => buckets.get(name) ?? null,
    ownedBy: (accountId: string): Bucket[] =>
      [...buckets.values()]
        .filter((bucket) => bucket.accountId === accountId)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    save(bucket: Bucket): void {
      buckets.set(bucket.name, bucket);
      policies.delete(bucket.name);
      database.saveDocument("s3.bucket", bucket.name, bucket);
    },
    remove(name: string): void {
      buckets.delete(name);
      policies.delete(name);
      database.removeDocument("s3.bucket", name);
    },
    policyOf(bucket: Bucket): PolicyDocument | null {
      if (bucket.policy === null) return null;
      let policy = policies.get(bucket.name);
      if (!policy) {
        policy = parsePolicy(bucket.policy, "resource", "MalformedPolicy");
        policies.set(bucket.name, policy);
      }
      return policy;
    },
  };
}
