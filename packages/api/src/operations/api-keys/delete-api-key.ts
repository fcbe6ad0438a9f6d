import { writeAudit } from "@letsdata/database/stores/audit-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";

export const deleteApiKey = signedIn.apiKeys.delete.handler(async ({ context, input }) => {
  const { database } = context.dependencies;
  const { id } = input.params;
  const { count } = await database.apikey.deleteMany({ where: { id, referenceId: context.userId } });
  if (count === 0) throw new Problem("NOT_FOUND", `You have no API key ${id}.`, { path: "id" });
  await writeAudit(database, {
    tenantId: context.tenantId,
    userId: context.userId,
    action: "apiKeys.delete",
    target: id,
  });
  return { deleted: true as const };
});
