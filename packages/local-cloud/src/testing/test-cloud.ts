import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../start-local-cloud.ts";

export const ACCOUNT = "000000000001";
export const OTHER_ACCOUNT = "111122223333";
export const ACCOUNTS = [
  { accountId: ACCOUNT, rootAccessKeyId: "AKIAINSTALLATION0001", rootSecretAccessKey: "installation-secret" },
  { accountId: OTHER_ACCOUNT, rootAccessKeyId: "AKIACUSTOMER00000001", rootSecretAccessKey: "customer-secret" },
] as const;
export const KEYS = { accessKeyId: ACCOUNTS[0].rootAccessKeyId, secretAccessKey: ACCOUNTS[0].rootSecretAccessKey };
export const OTHER_KEYS = {
  accessKeyId: ACCOUNTS[1].rootAccessKeyId,
  secretAccessKey: ACCOUNTS[1].rootSecretAccessKey,
};

export interface TestCloud extends LocalCloud {
  readonly dir: string;
  /** The same state on a new port; the old server is stopped. */
  restart(): Promise<TestCloud>;
  remove(): Promise<void>;
}

export async function startTestCloud(options: Partial<LocalCloudOptions> = {}): Promise<TestCloud> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), "local-cloud-"));
  const cloud = await startLocalCloud({ accounts: ACCOUNTS, ...options, dir });
  return {
    ...cloud,
    dir,
    async restart() {
      await cloud.stop();
      return startTestCloud({ ...options, dir });
    },
    async remove() {
      await cloud.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
