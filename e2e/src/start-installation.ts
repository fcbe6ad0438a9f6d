import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { removeStateDir } from "./remove-state-dir.ts";
import { runStart } from "./run-start.ts";

/** The whole product, started as the README says, for all journeys; gone afterwards with its state. */
export default async function startInstallation(): Promise<() => Promise<void>> {
  const stateDir = mkdtempSync(join(tmpdir(), "letsdata-e2e-"));
  const running = await runStart({
    stateDir,
    consolePort: await freePort(),
    cloudPort: await freePort(),
    env: { LETSDATA_ALLOW_SIGN_UP: "true" },
  });
  process.env.LETSDATA_E2E_ADDRESS = running.address;
  process.env.LETSDATA_E2E_EMAIL = running.login.emailAddress;
  process.env.LETSDATA_E2E_PASSWORD = running.login.password;
  process.env.LETSDATA_E2E_STATE_DIR = stateDir;
  return async () => {
    await running.stop();
    removeStateDir(stateDir);
  };
}
