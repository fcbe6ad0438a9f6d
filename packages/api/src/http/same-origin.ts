import { Problem } from "@letsdata/plugin-kit/problems";

/**
 * Refuses a change that another site made a signed-in browser send: with a cookie and no API key, the Origin must be ours.
 * Programs send keys, not cookies, and have no Origin.
 */
export function assertSameOrigin(request: Request, trustedOrigins: readonly string[]): void {
  if (!request.headers.has("cookie") || request.headers.has("authorization")) return;
  const origin = request.headers.get("origin");
  if (origin !== null && trustedOrigins.includes(origin)) return;
  throw new Problem("FORBIDDEN", "This change did not come from the console's own pages.");
}
