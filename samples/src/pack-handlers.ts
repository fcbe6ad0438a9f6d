import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import yazl from "yazl";

// A fixed time keeps the archive's bytes, and with them its digest, the same for the same sources.
const PACKED_AT = new Date("2026-01-01T00:00:00Z");

/** A handler folder as the zip artifact that a dataset's `artifactFileS3Link` names. */
export async function packHandler(folder: string): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const path of globSync("**/*", { cwd: folder }).sort()) {
    if (statSync(join(folder, path)).isFile())
      zip.addFile(join(folder, path), path, { mtime: PACKED_AT, mode: 0o100644 });
  }
  zip.end();
  return buffer(zip.outputStream);
}
