import type { Permission } from "@letsdata/plugin-kit/permissions";

/** Reading one secret. An ARN without the six characters Secrets Manager adds is completed by a pattern of just that length. */
export function secretPermission(arn: string, reason: string): Permission {
  const isWhole = /-[A-Za-z0-9]{6}$/.test(arn);
  return { actions: ["secretsmanager:GetSecretValue"], resources: [isWhole ? arn : `${arn}-??????`], reason };
}
