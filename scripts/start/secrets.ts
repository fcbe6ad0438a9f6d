import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CloudAccount {
  readonly accountId: string;
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
}

/** Made once per state folder, readable by its owner only. */
export interface LocalSecrets {
  readonly authSecret: string;
  readonly installation: CloudAccount;
  /** The demo customer: another AWS account than the installation's. */
  readonly customer: CloudAccount;
  readonly demoUser: { readonly emailAddress: string; readonly password: string };
}

export const installationAccountId = "000000000001";
export const demoCustomerAccountId = "111122223333";

export function loadOrCreateSecrets(stateDir: string): LocalSecrets {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, "secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as LocalSecrets;
  const secrets: LocalSecrets = {
    authSecret: randomBytes(32).toString("base64url"),
    installation: makeAccount(installationAccountId),
    customer: makeAccount(demoCustomerAccountId),
    demoUser: {
      emailAddress: "demo@letsdata.example",
      password: `demo-${randomBytes(6).toString("base64url")}`,
    },
  };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

const KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function makeAccount(accountId: string): CloudAccount {
  const suffix = Array.from(randomBytes(16), (byte) => KEY_LETTERS[byte % KEY_LETTERS.length]).join("");
  return { accountId, rootAccessKeyId: `AKIA${suffix}`, rootSecretAccessKey: randomBytes(30).toString("base64") };
}
