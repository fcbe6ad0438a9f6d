import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "./exit-codes.ts";

/** Keys of the customer's own AWS account, for reading what LetsData wrote. */
export interface AwsProfile {
  readonly endpoint?: string;
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Profile {
  /** Address of the installation, such as `http://127.0.0.1:3000`. */
  readonly endpoint: string;
  readonly apiKey?: string;
  readonly aws?: AwsProfile;
}

/** The profiles file: `start` writes the profile `demo`, `letsdata login` adds others. */
export interface ProfilesFile {
  readonly default?: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function profilesPath(env: Environment): string {
  if (env.LETSDATA_CONFIG_FILE) return resolve(env.LETSDATA_CONFIG_FILE);
  const clone = resolve(import.meta.dirname, "../../..");
  return join(env.LETSDATA_STATE_DIR ? resolve(env.LETSDATA_STATE_DIR) : join(clone, ".letsdata"), "cli-profiles.json");
}

/** An absent file has no profiles. Throws UsageError for one that cannot be read. */
export async function readProfiles(path: string): Promise<ProfilesFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return { profiles: {} };
    throw new UsageError(`The profiles file ${path} cannot be read: ${(thrown as Error).message}`);
  }
  try {
    const parsed = JSON.parse(text) as Partial<ProfilesFile>;
    return { ...parsed, profiles: parsed.profiles ?? {} };
  } catch {
    throw new UsageError(`The profiles file ${path} is not JSON. Mend it, or remove it and run \`letsdata login\`.`);
  }
}

/** Adds or replaces one profile; only its owner may read the file. */
export async function saveProfile(path: string, name: string, profile: Profile): Promise<void> {
  const file = await readProfiles(path);
  const next: ProfilesFile = { default: file.default ?? name, profiles: { ...file.profiles, [name]: profile } };
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

/** The profile asked for, else the default; LETSDATA_ENDPOINT and LETSDATA_API_KEY come before what it says. */
export async function resolveProfile(env: Environment, name: string | undefined): Promise<Profile> {
  const path = profilesPath(env);
  const file = await readProfiles(path);
  const chosen = name ?? env.LETSDATA_PROFILE ?? file.default;
  const profile = chosen !== undefined && Object.hasOwn(file.profiles, chosen) ? file.profiles[chosen] : undefined;
  if (name !== undefined && profile === undefined) {
    const known = Object.keys(file.profiles).join(", ") || "none";
    throw new UsageError(`There is no profile ${name} in ${path}. Known: ${known}.`);
  }
  const apiKey = env.LETSDATA_API_KEY ?? profile?.apiKey;
  const endpoint = env.LETSDATA_ENDPOINT ?? profile?.endpoint ?? "http://127.0.0.1:3000";
  return {
    endpoint: endpoint.replace(/\/+$/, "").replace(/\/api\/v1$/, ""),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(profile?.aws === undefined ? {} : { aws: profile.aws }),
  };
}
