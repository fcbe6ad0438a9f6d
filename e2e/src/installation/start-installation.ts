import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Installation } from "@letsdata/access/installation";
import { ensureDataTaskRole } from "@letsdata/access/installation-roles";
import { createApiKey } from "@letsdata/api/auth/api-keys";
import { createAuth, trustedOriginsOf } from "@letsdata/api/auth/create-auth";
import { createTenantWithAdmin } from "@letsdata/api/auth/create-tenant";
import { createCallerResolver } from "@letsdata/api/auth/resolve-caller";
import { createChangeFeed } from "@letsdata/api/change-feed";
import { type ApiClient, createApiClient } from "@letsdata/api/client";
import { createApiServer } from "@letsdata/api/server";
import { serve } from "@letsdata/api/testing/serve";
import { clientFor } from "@letsdata/aws/client-for";
import { putRole } from "@letsdata/aws/identity-roles";
import { trustPolicy } from "@letsdata/aws/probe-role";
import { staticCredentials } from "@letsdata/aws/session-source";
import { listenForChanges } from "@letsdata/database/changes";
import { createDatabase, type Database } from "@letsdata/database/database";
import { type RunningPostgres, startPostgres } from "@letsdata/database/embedded-postgres/start-postgres";
import { startJobs } from "@letsdata/database/jobs";
import { preparedPostgres } from "@letsdata/database/testing/prepared-postgres";
import { type LocalCloud, startLocalCloud } from "@letsdata/local-cloud/start-local-cloud";
import type { CredentialsSource } from "@letsdata/plugin-kit/connector";
import { packHandler } from "@letsdata/samples/pack-handlers";
import { createCloudOperations } from "../../../apps/console/src/server/cloud-operations.ts";
import { removeStateDir } from "../remove-state-dir.ts";
import { startWorkerProcess, type WorkerProcess } from "./worker-process.ts";

const REGION = "us-east-1";
const account = (accountId: string) => ({
  accountId,
  rootAccessKeyId: `AKIA${accountId}TEST`,
  rootSecretAccessKey: randomUUID(),
});

export const testBuckets = { data: "test-data", code: "test-code", output: "test-output" };
export const accessGrantRole = "LetsData_AccessRole_Test";

/** PostgreSQL, local cloud, API and workers as real processes; only the console's pages are missing. */
export interface TestInstallation {
  readonly client: ApiClient;
  readonly database: Database;
  readonly cloud: LocalCloud;
  readonly s3: S3Client;
  /** The installation's own account, for looking at what LetsData made. */
  readonly ours: { readonly region: string; readonly endpoint: string; readonly credentials: CredentialsSource };
  readonly customerAccountId: string;
  readonly accessGrantRoleArn: string;
  /** The customer's own credentials, for reading results. */
  readonly customer: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: ReturnType<typeof staticCredentials>;
  };
  postgres(): RunningPostgres;
  /** Starts the server again on the same port and data after it was killed. */
  restartPostgres(): Promise<void>;
  startWorker(env?: Readonly<Record<string, string>>): WorkerProcess;
  putObject(bucket: string, key: string, body: Buffer | string): Promise<void>;
  /** Packs a handler folder as `s3://test-code/<name>.zip`. */
  putHandler(name: string, folder: string): Promise<void>;
  stop(): Promise<void>;
}

/** `now`: the cloud's clock, epoch milliseconds; the machine's unless given. */
export interface TestInstallationOptions {
  readonly now?: () => number;
}

export async function startTestInstallation(options: TestInstallationOptions = {}): Promise<TestInstallation> {
  const parts = new AsyncDisposableStack();
  try {
    return await startParts(parts, options);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

/** Each part is left to `parts` as soon as it runs: they go in reverse order, all of them, also when a later one does not start. */
async function startParts(parts: AsyncDisposableStack, options: TestInstallationOptions): Promise<TestInstallation> {
  const stateDir = mkdtempSync(join(tmpdir(), "letsdata-installation-"));
  parts.defer(() => removeStateDir(stateDir));
  const [ours, theirs] = [account("000000000001"), account("111122223333")] as const;
  let postgres = await startPostgres({ stateDir, copyOf: await preparedPostgres() });
  parts.defer(() => postgres.stop());
  const cloud = await startLocalCloud({ dir: join(stateDir, "cloud"), accounts: [ours, theirs], ...options });
  parts.defer(() => cloud.stop());
  const settings = (of: typeof ours) => ({
    region: REGION,
    endpoint: cloud.endpoint,
    credentials: staticCredentials({ accessKeyId: of.rootAccessKeyId, secretAccessKey: of.rootSecretAccessKey }),
  });
  const installation: Installation = { accountId: ours.accountId, stage: "Test", ...settings(ours) };
  await ensureDataTaskRole(installation);

  const database = createDatabase(postgres.url);
  parts.defer(() => database.$disconnect());
  const jobs = await startJobs(postgres.url, { supervise: false });
  parts.defer(() => jobs.stop());
  const operations = createCloudOperations(installation);
  let handle: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const served = await serve((request) => handle(request));
  parts.defer(() => served.close());
  const auth = createAuth({ prisma: database, secret: randomUUID() + randomUUID(), baseUrl: served.url });
  const changes = createChangeFeed((onChange, onMissed) => listenForChanges(postgres.url, onChange, onMissed));
  parts.defer(() => changes.close());
  handle = createApiServer({
    dependencies: {
      database,
      auth,
      cloud: operations,
      changes,
      jobs,
      clock: { now: Date.now },
      randomId: randomUUID,
      version: "test",
      signUpAllowed: false,
      log: () => {},
    },
    resolveCaller: createCallerResolver(auth, database),
    trustedOrigins: trustedOriginsOf({ baseUrl: served.url }),
  });
  const admin = await createTenantWithAdmin(
    { auth, prisma: database, cloud: operations },
    { company: "Test", fullName: "Test Admin", emailAddress: "admin@test.example", password: randomUUID() },
  );
  const { key } = await createApiKey(auth, { userId: admin.userId, name: "test", scope: "all" });

  const customer = settings(theirs);
  const s3 = clientFor(S3Client, customer);
  for (const bucket of Object.values(testBuckets)) await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await putRole(customer, {
    name: accessGrantRole,
    description: "Lets the test tenant's datasets in",
    trust: trustPolicy(admin.iamUserArn, admin.userId),
    policies: {
      All: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "s3:*",
            Resource: Object.values(testBuckets).flatMap((b) => [`arn:aws:s3:::${b}`, `arn:aws:s3:::${b}/*`]),
          },
        ],
      },
    },
  });
  const putObject = async (bucket: string, objectKey: string, body: Buffer | string) => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey, Body: body }));
  };

  return {
    client: createApiClient({ url: `${served.url}/api/v1`, apiKey: key }),
    database,
    cloud,
    s3,
    customer,
    ours: settings(ours),
    customerAccountId: theirs.accountId,
    accessGrantRoleArn: `arn:aws:iam::${theirs.accountId}:role/${accessGrantRole}`,
    postgres: () => postgres,
    restartPostgres: async () => {
      postgres = await startPostgres({ stateDir, port: postgres.port });
    },
    startWorker(env = {}) {
      const worker = startWorkerProcess({
        DATABASE_URL: postgres.url,
        LETSDATA_STATE_DIR: stateDir,
        LETSDATA_INSTALLATION_ACCOUNT_ID: ours.accountId,
        AWS_ENDPOINT_URL: cloud.endpoint,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: ours.rootAccessKeyId,
        AWS_SECRET_ACCESS_KEY: ours.rootSecretAccessKey,
        ...env,
      });
      parts.defer(async () => {
        worker.kill("SIGCONT");
        worker.kill("SIGKILL");
        await worker.ended();
      });
      return worker;
    },
    putObject,
    putHandler: async (name, folder) => putObject(testBuckets.code, `${name}.zip`, await packHandler(folder)),
    stop: () => parts.disposeAsync(),
  };
}
