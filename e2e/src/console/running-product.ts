import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "./sign-in.ts";

/** The product that the global setup started for all journeys. */
export interface RunningProduct {
  readonly address: string;
  readonly stateDir: string;
  /** Of the demo user, signed in once for all journeys. */
  readonly session: Session;
  readonly login: { readonly emailAddress: string; readonly password: string };
}

export function runningProduct(): RunningProduct {
  return {
    address: setByGlobalSetup("LETSDATA_E2E_ADDRESS"),
    stateDir: setByGlobalSetup("LETSDATA_E2E_STATE_DIR"),
    session: JSON.parse(setByGlobalSetup("LETSDATA_E2E_SESSION")) as Session,
    login: {
      emailAddress: setByGlobalSetup("LETSDATA_E2E_EMAIL"),
      password: setByGlobalSetup("LETSDATA_E2E_PASSWORD"),
    },
  };
}

function setByGlobalSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the global setup did not run`);
  return value;
}

/** Pids of the servers that a start keeps alive, by name; `start` is the launcher itself. */
export function serverPids(stateDir: string): ReadonlyMap<string, number> {
  const records = JSON.parse(readFileSync(join(stateDir, "processes.json"), "utf8")) as { name: string; pid: number }[];
  return new Map(records.map(({ name, pid }) => [name, pid]));
}

/** Pid of the embedded PostgreSQL, as its own postmaster.pid says; null while there is none. */
export function postgresPid(stateDir: string): number | null {
  const { dataDir } = JSON.parse(readFileSync(join(stateDir, "postgres.json"), "utf8")) as { dataDir: string };
  try {
    return Number(readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[0]) || null;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw thrown;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
