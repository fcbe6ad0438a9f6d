import { readFileSync } from "node:fs";
import { type CloudLimits, REAL_LIMITS, type RootAccount } from "./cloud.ts";
import { startLocalCloud } from "./start-local-cloud.ts";

const port = Number(process.env.LETSDATA_CLOUD_PORT ?? 4566);
const dir = process.env.LETSDATA_CLOUD_DIR;
const configPath = process.env.LETSDATA_CLOUD_CONFIG;
if (!dir || !configPath) {
  process.stderr.write(
    "local-cloud: set LETSDATA_CLOUD_DIR (where state is kept) and LETSDATA_CLOUD_CONFIG (a JSON file with accounts)\n",
  );
  process.exit(2);
}
const modelUrl = process.env.LETSDATA_MODEL_URL || undefined;
if (modelUrl !== undefined && !/^https?:$/.test(URL.parse(modelUrl)?.protocol ?? "")) {
  process.stderr.write(
    `local-cloud: LETSDATA_MODEL_URL is "${modelUrl}": set it to the http address that takes {"inputs":[…]}, or leave it out\n`,
  );
  process.exit(2);
}

try {
  const cloud = await startLocalCloud({ port, dir, modelUrl, ...readConfig(configPath) });
  process.stdout.write(`local-cloud ready: ${cloud.endpoint}\n`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void cloud.stop().then(() => process.exit(0)));
  }
} catch (error) {
  const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const why = inUse ? `port ${port} is taken: stop what listens there or set LETSDATA_CLOUD_PORT` : String(error);
  process.stderr.write(`local-cloud: ${why}\n`);
  process.exit(1);
}

/** `{"accounts": [{accountId, rootAccessKeyId, rootSecretAccessKey, principalName?}], "kinesisShardBytesPerSecond"?: …}` */
function readConfig(path: string): Partial<CloudLimits> & { accounts: readonly RootAccount[] } {
  const raw = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const accounts = Array.isArray(raw.accounts) ? (raw.accounts as RootAccount[]) : [];
  for (const account of accounts) {
    if (!/^\d{12}$/.test(account.accountId) || !account.rootAccessKeyId || !account.rootSecretAccessKey) {
      throw new Error(`${path}: every account needs accountId (12 digits), rootAccessKeyId and rootSecretAccessKey`);
    }
  }
  if (accounts.length === 0) throw new Error(`${path}: needs at least one account`);
  const known = Object.keys(REAL_LIMITS) as (keyof CloudLimits)[];
  const limits = Object.fromEntries(
    known.filter((name) => typeof raw[name] === "number").map((name) => [name, raw[name]]),
  );
  return { accounts, ...limits };
}
