export const benchAccount = {
  accountId: "000000000001",
  rootAccessKeyId: "AKIABENCH00000000001",
  rootSecretAccessKey: "bench-secret",
} as const;

export const benchCredentials = {
  accessKeyId: benchAccount.rootAccessKeyId,
  secretAccessKey: benchAccount.rootSecretAccessKey,
} as const;
