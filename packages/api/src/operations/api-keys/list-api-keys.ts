import { scopeOf } from "../../auth/api-keys.ts";
import { signedIn } from "../authorise.ts";

export const listApiKeys = signedIn.apiKeys.list.handler(async ({ context }) => {
  const rows = await context.dependencies.database.apikey.findMany({
    where: { referenceId: context.userId },
    orderBy: { createdAt: "desc" },
  });
  const items = rows.map((row) => ({
    id: row.id,
    name: row.name ?? "",
    scope: scopeOf(row.permissions),
    start: row.start,
    createDatetime: row.createdAt.getTime(),
    expires: row.expiresAt?.getTime() ?? null,
    lastUsed: row.lastRequest?.getTime() ?? null,
  }));
  return { items, nextCursor: null };
});
