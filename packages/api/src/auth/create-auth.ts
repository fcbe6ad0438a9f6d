import { randomUUID } from "node:crypto";
import { apiKey } from "@better-auth/api-key";
import type { PrismaClient } from "@letsdata/database/generated/client";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { APIError } from "better-auth/api";
import { organization } from "better-auth/plugins";
import { withSeenFailures } from "./database-failure.ts";

export const authBasePath = "/api/auth";

export interface AuthOptions {
  readonly prisma: PrismaClient;
  /** At least 32 characters; signs session cookies. */
  readonly secret: string;
  /** Address the console is reached at, such as `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  readonly trustedOrigins?: readonly string[];
}

/** Sign-in by e-mail and password, tenants as organisations, API keys stored hashed. Users are made by `createTenantWithAdmin`. */
export function createAuth(options: AuthOptions) {
  const { prisma, secret, baseUrl } = options;
  return betterAuth({
    appName: "LetsData",
    baseURL: baseUrl,
    basePath: authBasePath,
    secret,
    trustedOrigins: [...trustedOriginsOf(options)],
    telemetry: { enabled: false },
    logger: {
      level: "error",
      // A stranger's key is an ordinary answer (401), not an error of ours.
      log: (_level, message) => {
        if (!message.startsWith("Failed to validate API key")) console.error(message);
      },
    },
    database: prismaAdapter(withSeenFailures(prisma), { provider: "postgresql", transaction: true }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8 },
    user: {
      additionalFields: {
        phone: { type: "string", required: false, input: false },
        userRole: { type: "string", required: false, input: false },
        userStatus: { type: "string", required: false, input: false },
        iamUserArn: { type: "string", required: false, input: false },
      },
    },
    plugins: [
      organization({ allowUserToCreateOrganization: false }),
      apiKey({
        defaultPrefix: "ld_",
        maximumNameLength: 64,
        startingCharactersConfig: { charactersLength: 8 },
        keyExpiration: { minExpiresIn: 0, maxExpiresIn: 3650 },
        // The plugin's window begins anew only after a pause: `key-rate.ts` counts instead.
        rateLimit: { enabled: false },
      }),
    ],
    databaseHooks: {
      session: {
        create: {
          before: async (session) => {
            const user = await prisma.user.findUnique({ where: { id: session.userId }, include: { members: true } });
            if (user?.userStatus !== "ACTIVE") {
              throw new APIError("FORBIDDEN", { message: "This user is disabled. Ask a TenantAdmin of your tenant." });
            }
            return { data: { ...session, activeOrganizationId: user.members[0]?.organizationId ?? null } };
          },
        },
      },
    },
    advanced: {
      cookiePrefix: "letsdata",
      useSecureCookies: baseUrl.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      database: { generateId: () => randomUUID() },
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** The console's address under both of its loopback names. */
export function trustedOriginsOf(options: Pick<AuthOptions, "baseUrl" | "trustedOrigins">): readonly string[] {
  const { origin } = new URL(options.baseUrl);
  const twins = [origin.replace("//127.0.0.1", "//localhost"), origin.replace("//localhost", "//127.0.0.1")];
  return [...new Set([origin, ...twins, ...(options.trustedOrigins ?? [])])];
}
