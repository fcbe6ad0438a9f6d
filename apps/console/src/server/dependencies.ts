import { randomUUID } from "node:crypto";
import type { Installation } from "@letsdata/access/installation";
import { createAuthHandler } from "@letsdata/api/auth/auth-handler";
import { createAuth, trustedOriginsOf } from "@letsdata/api/auth/create-auth";
import { createCallerResolver } from "@letsdata/api/auth/resolve-caller";
import { createChangeFeed } from "@letsdata/api/change-feed";
import { createApiServer } from "@letsdata/api/server";
import { staticCredentials } from "@letsdata/aws/session-source";
import { listenForChanges } from "@letsdata/database/changes";
import { createDatabase } from "@letsdata/database/database";
import { startJobs } from "@letsdata/database/jobs";
import { createCloudOperations } from "./cloud-operations.ts";
import { type Env, readEnv } from "./env.ts";
import { createFindPerson, type FindPerson } from "./find-person.ts";
import { log } from "./log.ts";

export interface ConsoleDependencies {
  /** Answers everything under `/api/v1`. */
  readonly api: (request: Request) => Promise<Response>;
  /** Answers what browsers may call of better-auth. */
  readonly auth: (request: Request) => Promise<Response>;
  readonly findPerson: FindPerson;
}

function installationOf(env: Env): Installation {
  return {
    accountId: env.LETSDATA_INSTALLATION_ACCOUNT_ID,
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL,
    stage: env.LETSDATA_STAGE,
    credentials: staticCredentials({
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
    }),
  };
}

function create(): ConsoleDependencies {
  const env = readEnv(process.env);
  const database = createDatabase(env.DATABASE_URL, { applicationName: "letsdata-console" });
  const auth = createAuth({ prisma: database, secret: env.LETSDATA_AUTH_SECRET, baseUrl: env.LETSDATA_CONSOLE_URL });
  const resolveCaller = createCallerResolver(auth, database);
  let jobs: ReturnType<typeof startJobs> | undefined;
  const startedJobs = () => {
    jobs ??= startJobs(env.DATABASE_URL, {
      supervise: false,
      onError: (error) => log("WARN", "The job queue reported an error", { cause: error.message }),
    });
    // A database that was away at the first try must not be remembered as away for ever.
    jobs.catch(() => {
      jobs = undefined;
    });
    return jobs;
  };
  const api = createApiServer({
    dependencies: {
      database,
      auth,
      cloud: createCloudOperations(installationOf(env)),
      changes: createChangeFeed((onChange, onMissed) => listenForChanges(env.DATABASE_URL, onChange, onMissed)),
      jobs: {
        enqueue: async (transaction, name, data, options) =>
          await (await startedJobs()).enqueue(transaction, name, data, options),
      },
      clock: { now: Date.now },
      randomId: randomUUID,
      version: "0.1.0",
      signUpAllowed: env.LETSDATA_ALLOW_SIGN_UP,
      log,
    },
    resolveCaller,
    trustedOrigins: trustedOriginsOf({ baseUrl: env.LETSDATA_CONSOLE_URL }),
  });
  return { api, auth: createAuthHandler(auth), findPerson: createFindPerson(database, resolveCaller) };
}

// Next loads each route's bundle apart: the process still has one pool and one listener.
const holder = globalThis as { letsdataConsole?: ConsoleDependencies };

/** Everything the server side reaches, made at the first request. */
export function dependencies(): Promise<ConsoleDependencies> {
  holder.letsdataConsole ??= create();
  return Promise.resolve(holder.letsdataConsole);
}
