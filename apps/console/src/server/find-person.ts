import type { Caller } from "@letsdata/api/operations/context";
import type { Database } from "@letsdata/database/database";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Person } from "../shell/person.tsx";

export type FindPerson = (headers: Headers) => Promise<Person | null>;

/** The signed-in person of a page request; null for strangers and for sessions that ended. */
export function createFindPerson(
  database: Database,
  resolveCaller: (request: Request) => Promise<Caller | null>,
): FindPerson {
  return async (headers) => {
    const cookie = headers.get("cookie");
    if (cookie === null) return null;
    const caller = await callerOf(resolveCaller, cookie);
    if (caller === null) return null;
    const [user, tenant] = await Promise.all([
      database.user.findUnique({ where: { id: caller.userId } }),
      database.organization.findUnique({ where: { id: caller.tenantId } }),
    ]);
    if (user === null) return null;
    return {
      userId: caller.userId,
      fullName: user.name,
      emailAddress: user.email,
      userRole: caller.userRole,
      tenantName: tenant?.name ?? "",
    };
  };
}

async function callerOf(
  resolveCaller: (request: Request) => Promise<Caller | null>,
  cookie: string,
): Promise<Caller | null> {
  try {
    // Only the cookie: a page is never opened with an API key.
    return await resolveCaller(new Request("http://console.invalid/", { headers: { cookie } }));
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === "UNAUTHENTICATED") return null;
    throw thrown;
  }
}
