import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Problem } from "@letsdata/plugin-kit/problems";

const run = promisify(execFile);

/** The user PostgreSQL runs as when we are root, which it refuses to be. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Null where we are an ordinary user; else the user `postgres`, made when missing. */
export async function findServerUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const known = await idsOf("postgres");
  if (known) return known;
  try {
    await run("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"]);
  } catch (thrown) {
    // By another start at the same moment.
    const madeMeanwhile = await idsOf("postgres");
    if (madeMeanwhile) return madeMeanwhile;
    throw new Problem(
      "DATABASE_UNAVAILABLE",
      "PostgreSQL does not run as root, and no user named postgres could be made. Run as an ordinary user, or set DATABASE_URL.",
      { cause: thrown },
    );
  }
  const made = await idsOf("postgres");
  if (!made) throw new Problem("DATABASE_UNAVAILABLE", "The user postgres was made but cannot be found.");
  return made;
}

/** Whether users other than the owner may enter the folder: every folder above it must let them through. */
export async function isReachableByOthers(folder: string): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found && (found.mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

async function idsOf(name: string): Promise<ServerUser | null> {
  try {
    const [uid, gid] = await Promise.all(["-u", "-g"].map((flag) => run("id", [flag, name])));
    return { uid: Number(uid!.stdout), gid: Number(gid!.stdout) };
  } catch {
    return null;
  }
}
