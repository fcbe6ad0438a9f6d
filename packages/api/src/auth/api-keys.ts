import { Problem } from "@letsdata/plugin-kit/problems";
import type { Auth } from "./create-auth.ts";
import { failingWithDatabase } from "./database-failure.ts";

export type ApiKeyScope = "read" | "all";

/** Of one user (product.md §11.1). */
export const apiKeysMax = 10;

export interface NewApiKey {
  readonly id: string;
  /** The secret itself: only its hash is stored. */
  readonly key: string;
  readonly start: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** Makes a key for the user. `expires` in epoch milliseconds. */
export async function createApiKey(
  auth: Auth,
  input: { readonly userId: string; readonly name: string; readonly scope: ApiKeyScope; readonly expires?: number },
  now: number = Date.now(),
): Promise<NewApiKey> {
  const expiresIn = input.expires === undefined ? null : Math.floor((input.expires - now) / 1000);
  if (expiresIn !== null && expiresIn < 1) {
    throw new Problem("REQUEST_INVALID", "The key would have expired already.", { path: "expires" });
  }
  const made = await auth.api.createApiKey({
    body: { userId: input.userId, name: input.name, expiresIn, permissions: permissionsOf(input.scope) },
  });
  const { id, key, start, createdAt, expiresAt } = made;
  return { id, key, start, createdAt, expiresAt };
}

/** The user a key belongs to and what it may do; throws Problem UNAUTHENTICATED, or DATABASE_UNAVAILABLE where nobody can tell. */
export async function verifyApiKey(
  auth: Auth,
  key: string,
): Promise<{ readonly keyId: string; readonly userId: string; readonly scope: ApiKeyScope }> {
  const result = await failingWithDatabase(() => auth.api.verifyApiKey({ body: { key } }));
  if (!result.valid || result.key === null) {
    throw new Problem("UNAUTHENTICATED", "The API key is not valid, or it has expired.");
  }
  return { keyId: result.key.id, userId: result.key.referenceId, scope: scopeOf(result.key.permissions) };
}

function permissionsOf(scope: ApiKeyScope): Record<string, string[]> {
  return { api: scope === "all" ? ["read", "write"] : ["read"] };
}

/** Permissions as stored (text) or as handed out (object). */
export function scopeOf(permissions: unknown): ApiKeyScope {
  const parsed = typeof permissions === "string" ? (JSON.parse(permissions) as unknown) : permissions;
  const allowed = (parsed as { api?: unknown } | null)?.api;
  return Array.isArray(allowed) && allowed.includes("write") ? "all" : "read";
}
