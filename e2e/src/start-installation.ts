import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "@playwright/test";
import { freePorts } from "./free-ports.ts";
import { removeStateDir } from "./remove-state-dir.ts";
import { type RunningStart, runStart } from "./run-start.ts";

/** The whole product, started as the README says, for all journeys; gone afterwards with its state. */
export default async function startInstallation(): Promise<() => Promise<void>> {
  const stateDir = mkdtempSync(join(tmpdir(), "letsdata-e2e-"));
  const running = await runStart({
    stateDir,
    ...(await freePorts()),
    env: { LETSDATA_ALLOW_SIGN_UP: "true" },
  });
  process.env.LETSDATA_E2E_ADDRESS = running.address;
  process.env.LETSDATA_E2E_EMAIL = running.login.emailAddress;
  process.env.LETSDATA_E2E_PASSWORD = running.login.password;
  process.env.LETSDATA_E2E_STATE_DIR = stateDir;
  process.env.LETSDATA_E2E_SESSION = JSON.stringify(await demoSession(running));
  return async () => {
    await running.stop();
    removeStateDir(stateDir);
  };
}

/** The demo user, signed in once for all workers: a sign-in of each would meet the limit on attempts. */
async function demoSession({ address, login }: RunningStart) {
  const context = await request.newContext({ baseURL: address, extraHTTPHeaders: { origin: address } });
  const answer = await context.post("/api/auth/sign-in/email", {
    data: { email: login.emailAddress, password: login.password },
  });
  if (!answer.ok()) throw new Error(`sign-in answered ${answer.status()}: ${await answer.text()}`);
  const session = await context.storageState();
  await context.dispose();
  return session;
}
