import { writeAudit } from "@letsdata/database/stores/audit-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { apiKeysMax, createApiKey as makeKey } from "../../auth/api-keys.ts";
import { signedIn } from "../authorise.ts";

export const createApiKey = signedIn.apiKeys.create.handler(async ({ context, input }) => {
  const { auth, clock, database } = context.dependencies;
  if ((await database.apikey.count({ where: { referenceId: context.userId } })) >= apiKeysMax) {
    throw new Problem("REQUEST_INVALID", `You have ${apiKeysMax} API keys already: delete one first.`);
  }
  const expires = input.expires === undefined ? {} : { expires: input.expires };
  const made = await makeKey(
    auth,
    { userId: context.userId, name: input.name, scope: input.scope, ...expires },
    clock.now(),
  );
  await writeAudit(database, {
    tenantId: context.tenantId,
    userId: context.userId,
    action: "apiKeys.create",
    target: made.id,
    details: { name: input.name, scope: input.scope },
  });
  return {
    id: made.id,
    name: input.name,
    scope: input.scope,
    start: made.start,
    createDatetime: made.createdAt.getTime(),
    expires: made.expiresAt?.getTime() ?? null,
    lastUsed: null,
    key: made.key,
  };
});
