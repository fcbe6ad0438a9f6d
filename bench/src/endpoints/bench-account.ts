import type { CloudAccess } from "@letsdata/plugin-kit/connector";

export const benchAccount = {
  accountId: "000000000001",
  rootAccessKeyId: "AKIABENCH00000000001",
  rootSecretAccessKey: "bench-secret",
} as const;

export const benchCredentials = {
  accessKeyId: benchAccount.rootAccessKeyId,
  secretAccessKey: benchAccount.rootSecretAccessKey,
} as const;

/** As every connector takes it. */
export function benchAccess(endpoint: string): CloudAccess & { readonly endpoint: string } {
  return {
    region: "us-east-1",
    accountId: benchAccount.accountId,
    datasetName: "Bench",
    credentials: async () => benchCredentials,
    endpoint,
  };
}
