import type { Auth } from "./create-auth.ts";
import { authBasePath } from "./create-auth.ts";

/** What browsers may call of better-auth; tenants, users and keys go through `/api/v1`, which checks roles and writes the audit. */
const openPaths = new Set(["/sign-in/email", "/sign-out", "/get-session", "/change-password"]);

/** Mount at `/api/auth/*`. */
export function createAuthHandler(auth: Auth): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (!openPaths.has(pathname.slice(authBasePath.length))) return new Response(null, { status: 404 });
    return await auth.handler(request);
  };
}
