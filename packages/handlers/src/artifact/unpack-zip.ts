import { type Entry, openPromise, type ZipFile } from "yauzl";
import { invalidArtifact } from "./artifact-limits.ts";
import type { EntryWriter } from "./entry-writer.ts";

const fileTypeMask = 0o170000;
const symbolicLink = 0o120000;

export async function unpackZip(file: string, writer: EntryWriter): Promise<void> {
  // Names stay raw here and are checked by the entry writer, so that a finding names the entry and the fix.
  const zip = await openPromise(file, { autoClose: false, lazyEntries: true, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) await unpackEntry(zip, entry, writer);
  } finally {
    zip.close();
  }
}

async function unpackEntry(zip: ZipFile, entry: Entry, writer: EntryWriter): Promise<void> {
  const name = entry.fileNameRaw.toString("utf8");
  if (entry.isEncrypted())
    throw invalidArtifact(`The artifact's entry "${name}" is encrypted.`, "Pack without a password.");
  if (((entry.externalFileAttributes >>> 16) & fileTypeMask) === symbolicLink) {
    writer.refuseLink(name, "its target");
  } else if (name.endsWith("/")) {
    writer.folder(name);
  } else {
    await writer.file(name, await zip.openReadStreamPromise(entry));
  }
}
