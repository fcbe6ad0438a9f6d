import { existsSync } from "node:fs";
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { supportTree } from "./support-tree.ts";

/** Folders whose files import only each other: with all of them ours, they are ES modules whatever the artifact says. */
const ownFolders = [
  "letsdata_interfaces/documents",
  "letsdata_interfaces/readers/model",
  "letsdata_utils",
  "letsdata_handler",
];

/**
 * Adds the modules that published handlers import and need not pack (documents, model, letsdata_utils, `@letsdata/handler`, uuid, logger) to an unpacked
 * artifact. Files of the artifact always win.
 */
export async function supplySupportModules(artifactDir: string): Promise<void> {
  for (const folder of ownFolders) {
    const target = join(artifactDir, folder);
    const isNew = !existsSync(target);
    await mkdir(target, { recursive: true });
    for (const name of await readdir(join(supportTree, folder))) {
      const file = join(target, name);
      if (!existsSync(file)) await cp(join(supportTree, folder, name), file);
    }
    if (isNew) await writeFile(join(target, "package.json"), '{ "type": "module" }\n');
  }
  for (const name of ["@letsdata/handler", "uuid", "@aws-lambda-powertools/logger"]) {
    const target = join(artifactDir, "node_modules", name);
    if (!existsSync(target)) await cp(join(supportTree, "node_modules_supplied", name), target, { recursive: true });
  }
}
