import type { Installation } from "@letsdata/access/installation";
import { createUserPrincipal } from "@letsdata/access/installation-roles";
import { createApiKey, verifyApiKey } from "@letsdata/api/auth/api-keys";
import { type Auth, createAuth } from "@letsdata/api/auth/create-auth";
import { ensureTenantWithAdmin } from "@letsdata/api/auth/create-tenant";
import { staticCredentials } from "@letsdata/aws/session-source";
import { createDatabase } from "@letsdata/database/database";
import { Problem } from "@letsdata/plugin-kit/problems";
import { seedCustomerCloud } from "@letsdata/samples/seed-customer-cloud";
import { profilesPath, readProfiles, saveProfile } from "../../apps/cli/src/profiles.ts";
import { demoAccessPolicies } from "./demo-access-policies.ts";
import type { CloudAccount, LocalSecrets } from "./secrets.ts";
import { cloudEndpoint, consoleAddress } from "./server-environments.ts";
import type { StartSettings } from "./settings.ts";

const REGION = "us-east-1";

/** Demo tenant, the demo customer's data, handlers and role, and the command line's profile. Repeatable at every start. */
export async function seedDemo(input: {
  readonly settings: StartSettings;
  readonly secrets: LocalSecrets;
  readonly databaseUrl: string;
}): Promise<void> {
  const { settings, secrets, databaseUrl } = input;
  const installation: Installation = {
    accountId: secrets.installation.accountId,
    stage: "Test",
    ...clientSettings(settings, secrets.installation),
  };
  const prisma = createDatabase(databaseUrl, { connectionsMax: 2, applicationName: "letsdata-seed" });
  try {
    const auth = createAuth({ prisma, secret: secrets.authSecret, baseUrl: consoleAddress(settings) });
    const cloud = { createUserPrincipal: (userId: string) => createUserPrincipal(installation, userId) };
    const { emailAddress, password } = secrets.demoUser;
    const admin = await ensureTenantWithAdmin(
      { auth, prisma, cloud },
      { company: "Demo", fullName: "Demo Admin", emailAddress, password },
    );
    await seedCustomerCloud({
      customer: clientSettings(settings, secrets.customer),
      repositoryDir: settings.repositoryDir,
      accessRole: demoAccessPolicies(settings.repositoryDir, admin, installation),
    });
    await writeDemoProfile(settings, secrets.customer, async (known) => {
      if (known && (await isValidKey(auth, known))) return known;
      return (await createApiKey(auth, { userId: admin.userId, name: "demo", scope: "all" })).key;
    });
  } finally {
    await prisma.$disconnect();
  }
}

function clientSettings(settings: StartSettings, account: CloudAccount) {
  return {
    region: REGION,
    endpoint: cloudEndpoint(settings),
    credentials: staticCredentials({
      accessKeyId: account.rootAccessKeyId,
      secretAccessKey: account.rootSecretAccessKey,
    }),
  };
}

/** False for the key of another database, such as one that was thrown away. */
async function isValidKey(auth: Auth, key: string): Promise<boolean> {
  try {
    await verifyApiKey(auth, key);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === "UNAUTHENTICATED") return false;
    throw error;
  }
}

/** The profile `demo` follows this start's ports; other profiles stay. */
async function writeDemoProfile(
  settings: StartSettings,
  customer: CloudAccount,
  keepOrMakeKey: (known: string | undefined) => Promise<string>,
): Promise<void> {
  const file = profilesPath({ LETSDATA_STATE_DIR: settings.stateDir });
  const known = (await readProfiles(file)).profiles.demo;
  await saveProfile(file, "demo", {
    endpoint: consoleAddress(settings),
    apiKey: await keepOrMakeKey(known?.apiKey),
    aws: {
      endpoint: cloudEndpoint(settings),
      region: REGION,
      accessKeyId: customer.rootAccessKeyId,
      secretAccessKey: customer.rootSecretAccessKey,
    },
  });
}
