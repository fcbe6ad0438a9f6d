import { policyOf } from "@letsdata/dataset/policy-documents";
import type { Permission, PolicyStatement } from "@letsdata/plugin-kit/permissions";
import { signedIn } from "../authorise.ts";
import { requireConfig } from "./parse-config.ts";
import { requireOwnInputs } from "./require-own-inputs.ts";

export const checkAccess = signedIn.datasets.checkAccess.handler(async ({ context, input, signal }) => {
  const { cloud, database } = context.dependencies;
  const config = requireConfig(input);
  await requireOwnInputs(database, context.tenantId, config);
  const { iamUserArn } = await database.user.findUniqueOrThrow({ where: { id: context.userId } });
  const user = { userId: context.userId, iamUserArn: iamUserArn ?? "" };
  const errors = await cloud.checkAccess(config, user, signal ?? new AbortController().signal);
  const missing = policyOf(errors.flatMap(({ statement }) => statement ?? []).map(permissionOf));
  return {
    passed: errors.length === 0,
    errors: errors.map(({ statement: _, ...finding }) => finding),
    missing: missing.Statement.length === 0 ? null : { ...missing },
  };
});

function permissionOf({ Action, Resource = [] }: PolicyStatement): Permission {
  return { actions: [Action].flat(), resources: [Resource].flat(), reason: "" };
}
