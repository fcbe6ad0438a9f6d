import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { invalidArtifact } from "./artifact-limits.ts";
import type { EntryWriter } from "./entry-writer.ts";

export async function unpackTgz(file: string, writer: EntryWriter): Promise<void> {
  const tar = extract();
  const unpacking = pipeline(createReadStream(file), createGunzip(), tar);
  // The loop below reports the failure; this keeps it from being unhandled meanwhile.
  unpacking.catch(() => {});
  for await (const entry of tar) {
    const { name, type, linkname } = entry.header;
    if (type === "symlink" || type === "link") writer.refuseLink(name, linkname ?? "");
    if (type === "directory") {
      writer.folder(name);
      entry.resume();
    } else if (type === "file" || type === "contiguous-file" || type === null || type === undefined) {
      await writer.file(name, entry as AsyncIterable<Uint8Array>);
    } else {
      throw invalidArtifact(`The artifact's entry "${name}" is a ${type}.`, "Pack plain files and folders only.");
    }
  }
  await unpacking;
}
