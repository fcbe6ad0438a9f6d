import { resolve } from "node:path";

/** What a person may change about a local run; all by environment. */
export interface StartSettings {
  readonly consolePort: number;
  readonly cloudPort: number;
  /** Everything the run keeps: database, cloud, secrets, profiles, logs. */
  readonly stateDir: string;
  /** Use this PostgreSQL instead of the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly repositoryDir: string;
}

export class StartProblem extends Error {
  override readonly name = "StartProblem";
  readonly fix: string;
  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

export function readSettings(environment: NodeJS.ProcessEnv, repositoryDir: string): StartSettings {
  return {
    consolePort: readPort(environment, "LETSDATA_CONSOLE_PORT", 3000),
    cloudPort: readPort(environment, "LETSDATA_CLOUD_PORT", 4566),
    stateDir: resolve(repositoryDir, environment.LETSDATA_STATE_DIR || ".letsdata"),
    databaseUrl: environment.DATABASE_URL || undefined,
    repositoryDir,
  };
}

function readPort(environment: NodeJS.ProcessEnv, name: string, standard: number): number {
  const text = environment[name];
  if (!text) return standard;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartProblem(`${name} is "${text}", which is not a port`, `Set ${name} to a number from 1 to 65535.`);
  }
  return port;
}
