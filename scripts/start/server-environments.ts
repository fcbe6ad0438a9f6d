import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sparkPlaces } from "@letsdata/compute/spark/places";
import type { LocalSecrets } from "./secrets.ts";
import type { StartSettings } from "./settings.ts";

// Servers get what is listed here and nothing else of the person's environment.
function ordinary({ stateDir }: StartSettings): Record<string, string> {
  return {
    ...inherited(["PATH", "HOME", "LANG", "TZ", "TMPDIR", "NODE_EXTRA_CA_CERTS"]),
    // Halves the processor time of a start; task processes never get it, because customer code must not write what others execute.
    NODE_COMPILE_CACHE: join(stateDir, "compile-cache"),
  };
}

function inherited(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

export function cloudEndpoint(settings: StartSettings): string {
  return `http://127.0.0.1:${settings.cloudPort}`;
}

export function consoleAddress(settings: StartSettings): string {
  return `http://127.0.0.1:${settings.consolePort}`;
}

export function cloudEnvironment(settings: StartSettings, secrets: LocalSecrets): Record<string, string> {
  const accountsFile = join(settings.stateDir, "cloud-accounts.json");
  writeFileSync(accountsFile, JSON.stringify({ accounts: [secrets.installation, secrets.customer] }), { mode: 0o600 });
  return {
    ...ordinary(settings),
    LETSDATA_CLOUD_PORT: String(settings.cloudPort),
    LETSDATA_CLOUD_DIR: join(settings.stateDir, "cloud"),
    LETSDATA_CLOUD_CONFIG: accountsFile,
    ...(process.env.LETSDATA_MODEL_URL ? { LETSDATA_MODEL_URL: process.env.LETSDATA_MODEL_URL } : {}),
  };
}

function installationEnvironment(
  settings: StartSettings,
  secrets: LocalSecrets,
  databaseUrl: string,
): Record<string, string> {
  return {
    ...ordinary(settings),
    DATABASE_URL: databaseUrl,
    LETSDATA_STAGE: "Test",
    LETSDATA_STATE_DIR: settings.stateDir,
    LETSDATA_INSTALLATION_ACCOUNT_ID: secrets.installation.accountId,
    AWS_ENDPOINT_URL: cloudEndpoint(settings),
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: secrets.installation.rootAccessKeyId,
    AWS_SECRET_ACCESS_KEY: secrets.installation.rootSecretAccessKey,
  };
}

export function workerEnvironment(
  settings: StartSettings,
  secrets: LocalSecrets,
  databaseUrl: string,
): Record<string, string> {
  return { ...installationEnvironment(settings, secrets, databaseUrl), ...inherited(sparkPlaces) };
}

export function consoleEnvironment(
  settings: StartSettings,
  secrets: LocalSecrets,
  databaseUrl: string,
): Record<string, string> {
  return {
    ...installationEnvironment(settings, secrets, databaseUrl),
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    LETSDATA_AUTH_SECRET: secrets.authSecret,
    LETSDATA_CONSOLE_URL: consoleAddress(settings),
    LETSDATA_SAMPLES_DIR: join(settings.repositoryDir, "samples/datasets"),
    ...(process.env.LETSDATA_ALLOW_SIGN_UP ? { LETSDATA_ALLOW_SIGN_UP: process.env.LETSDATA_ALLOW_SIGN_UP } : {}),
  };
}
