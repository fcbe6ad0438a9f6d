import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Removes a state folder and, where the database had to lie outside it (as root), the database's own folder. */
export function removeStateDir(stateDir: string): void {
  const stateFile = join(stateDir, "postgres.json");
  if (existsSync(stateFile)) {
    const { dataDir } = JSON.parse(readFileSync(stateFile, "utf8")) as { dataDir: string };
    const outside = relative(stateDir, dataDir).startsWith("..");
    if (outside && /\/letsdata-[0-9a-f]{12}\/postgres$/.test(dataDir)) {
      rmSync(dirname(dataDir), { recursive: true, force: true });
    }
  }
  rmSync(stateDir, { recursive: true, force: true });
}
