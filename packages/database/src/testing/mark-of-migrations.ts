import { createHash } from "node:crypto";
import { ownFolders, readMigrations } from "../migrate/migration-files.ts";

/** Another one for each set of migrations: what was made with others is not used again. 20 hexadecimal digits. */
export async function markOfMigrations(): Promise<string> {
  const hash = createHash("sha256");
  for (const { checksum } of await readMigrations(ownFolders)) hash.update(checksum);
  return hash.digest("hex").slice(0, 20);
}
