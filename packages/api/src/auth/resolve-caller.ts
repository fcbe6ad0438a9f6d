import type { PrismaClient } from "@letsdata/database/generated/client";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Caller } from "../operations/context.ts";
import { verifyApiKey } from "./api-keys.ts";
import type { Auth } from "./create-auth.ts";
import { failingWithDatabase } from "./database-failure.ts";
import { createKeyRate } from "./key-rate.ts";

/** Who sent the request: its API key, else its session cookie; null for neither. The tenant never comes from the request. */
export function createCallerResolver(auth: Auth, prisma: PrismaClient): (request: Request) => Promise<Caller | null> {
  const countUse = createKeyRate();
  return async (request) => {
    const authorization = request.headers.get("authorization");
    if (authorization !== null) {
      const key = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
      if (key === undefined) throw new Problem("UNAUTHENTICATED", "Send the API key as `Authorization: Bearer <key>`.");
      const { keyId, userId, scope } = await verifyApiKey(auth, key);
      await countUse(keyId);
      return await activeCaller(prisma, userId, scope);
    }
    if (!request.headers.has("cookie")) return null;
    const session = await failingWithDatabase(() => auth.api.getSession({ headers: request.headers }));
    return session === null ? null : await activeCaller(prisma, session.user.id, "all");
  };
}

async function activeCaller(prisma: PrismaClient, userId: string, scope: "read" | "all"): Promise<Caller> {
  const user = await prisma.user.findUnique({ where: { id: userId }, include: { members: true } });
  const tenantId = user?.members[0]?.organizationId;
  if (!user || tenantId === undefined) throw new Problem("UNAUTHENTICATED", "This user belongs to no tenant.");
  if (user.userStatus !== "ACTIVE") throw new Problem("UNAUTHENTICATED", "This user is disabled.");
  return { tenantId, userId, userRole: user.userRole === "TenantAdmin" ? "TenantAdmin" : "TenantUser", scope };
}
