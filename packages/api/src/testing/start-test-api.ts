import { randomUUID } from "node:crypto";
import { listenForChanges } from "@letsdata/database/changes";
import { createDatabase, type Database } from "@letsdata/database/database";
import { type Jobs, startJobs } from "@letsdata/database/jobs";
import { startTestDatabase } from "@letsdata/database/testing/start-test-database";
import { createApiKey } from "../auth/api-keys.ts";
import { createAuthHandler } from "../auth/auth-handler.ts";
import { type Auth, createAuth, trustedOriginsOf } from "../auth/create-auth.ts";
import { createTenantWithAdmin } from "../auth/create-tenant.ts";
import { createCallerResolver } from "../auth/resolve-caller.ts";
import { createChangeFeed } from "../change-feed.ts";
import { type ApiClient, createApiClient } from "../client.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createApiServer } from "../server.ts";
import { FakeCloud } from "./fake-cloud.ts";
import { serve } from "./serve.ts";

/** A signed-up tenant with its admin and an API key of scope `all`. */
export interface TestTenant {
  readonly tenantId: string;
  readonly userId: string;
  readonly emailAddress: string;
  readonly password: string;
  readonly apiKey: string;
  readonly client: ApiClient;
}

/** The real API on a free port over a database of its own; only the cloud is made up. */
export interface TestApi {
  readonly url: string;
  readonly database: Database;
  readonly auth: Auth;
  readonly cloud: FakeCloud;
  readonly jobs: Jobs;
  /** What the server logged. */
  readonly logged: { readonly message: string; readonly fields: Readonly<Record<string, unknown>> }[];
  /** Moves the API's clock on. */
  advance(milliseconds: number): void;
  createTenant(company?: string): Promise<TestTenant>;
  clientFor(apiKey: string): ApiClient;
  /** The server without a socket, for a caller who is known already. */
  handleAs(tenant: TestTenant): (request: Request) => Promise<Response>;
  stop(): Promise<void>;
}

export async function startTestApi(): Promise<TestApi> {
  const postgres = await startTestDatabase();
  const database = createDatabase(postgres.url);
  const jobs = await startJobs(postgres.url, { supervise: false });
  const cloud = new FakeCloud();
  const logged: TestApi["logged"] = [];
  let ahead = 0;
  let handler: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const served = await serve((request) => handler(request));
  const auth = createAuth({ prisma: database, secret: "a secret for tests only, of 32 letters", baseUrl: served.url });
  const changes = createChangeFeed((onChange, onMissed) => listenForChanges(postgres.url, onChange, onMissed));
  const dependencies: ApiDependencies = {
    database,
    auth,
    cloud,
    changes,
    jobs,
    clock: { now: () => Date.now() + ahead },
    randomId: randomUUID,
    version: "test",
    signUpAllowed: true,
    log: (_level, message, fields) => logged.push({ message, fields }),
  };
  const api = createApiServer({
    dependencies,
    resolveCaller: createCallerResolver(auth, database),
    trustedOrigins: trustedOriginsOf({ baseUrl: served.url }),
  });
  const signIn = createAuthHandler(auth);
  handler = (request) => (new URL(request.url).pathname.startsWith("/api/auth/") ? signIn(request) : api(request));

  const clientFor = (apiKey: string) => createApiClient({ url: `${served.url}/api/v1`, apiKey });
  return {
    url: served.url,
    database,
    auth,
    cloud,
    jobs,
    logged,
    clientFor,
    handleAs({ tenantId, userId }) {
      const caller = { tenantId, userId, userRole: "TenantAdmin", scope: "all" } as const;
      return createApiServer({ dependencies, resolveCaller: async () => caller, trustedOrigins: [] });
    },
    advance(milliseconds) {
      ahead += milliseconds;
    },
    async createTenant(company = `Company ${randomUUID()}`) {
      const emailAddress = `${randomUUID()}@example.com`;
      const password = "correct horse battery";
      const tenant = await createTenantWithAdmin(
        { auth, prisma: database, cloud },
        { company, fullName: "Ada Admin", emailAddress, password },
      );
      const { key } = await createApiKey(auth, { userId: tenant.userId, name: "test", scope: "all" });
      return { ...tenant, emailAddress, password, apiKey: key, client: clientFor(key) };
    },
    async stop() {
      await served.close();
      await changes.close();
      await jobs.stop();
      await database.$disconnect();
      await postgres.stop();
    },
  };
}
