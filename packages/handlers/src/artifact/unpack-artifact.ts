import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { machineTrouble } from "@letsdata/plugin-kit/machine-trouble";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type ArtifactLimits, defaultArtifactLimits, invalidArtifact, tooLarge } from "./artifact-limits.ts";
import { EntryWriter } from "./entry-writer.ts";
import { unpackTgz } from "./unpack-tgz.ts";
import { unpackZip } from "./unpack-zip.ts";

/**
 * Unpacks a `.zip` or `.tgz` into `targetDir`, which must not exist and appears whole or not at all. Returns the folder that holds the
 * handler tree: `targetDir` itself or one folder down. Throws Problem ARTIFACT_INVALID or ARTIFACT_TOO_LARGE naming the entry.
 */
export async function unpackArtifact(
  file: string,
  targetDir: string,
  limits: ArtifactLimits = defaultArtifactLimits,
): Promise<string> {
  const target = resolve(targetDir);
  const kind = await kindOf(file, limits);
  const temporary = `${target}.${randomUUID()}.part`;
  await mkdir(temporary, { recursive: true });
  try {
    const writer = new EntryWriter(temporary, limits);
    await (kind === "zip" ? unpackZip(file, writer) : unpackTgz(file, writer));
    const root = await handlerRoot(temporary);
    await rename(temporary, target);
    return join(target, root);
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    if (thrown instanceof Problem) throw thrown;
    const trouble = machineTrouble(thrown);
    if (trouble) throw trouble;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw invalidArtifact(
      `The artifact is a damaged ${kind === "zip" ? "zip" : "tgz"} file: ${reason}.`,
      "Build the archive again and upload it whole.",
      thrown,
    );
  }
}

/** The folder of an unpacked artifact that holds the handler tree, relative to it. */
async function handlerRoot(dir: string): Promise<string> {
  const holdsAny = (folder: string, marks: readonly string[]) =>
    marks.some((mark) => existsSync(join(dir, folder, mark)));
  const holdsTree = (folder: string) => holdsAny(folder, ["letsdata_interfaces", "letsdata.json"]);
  if (holdsTree("")) return "";
  const folders = (await readdir(dir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== "__MACOSX" && entry.name !== "node_modules")
    .map((entry) => entry.name)
    .sort();
  const found = folders.find(holdsTree);
  if (found !== undefined) return found;
  if (holdsAny("", ["index.js", "letsdata_lambda_function.py"])) return "";
  return folders.length === 1 && !existsSync(join(dir, "package.json")) ? (folders[0] as string) : "";
}

/** Throws ARTIFACT_INVALID or ARTIFACT_TOO_LARGE. */
export async function kindOf(file: string, limits: ArtifactLimits): Promise<"zip" | "tgz"> {
  const { size } = await stat(file);
  if (size > limits.packedBytesMax) {
    throw tooLarge(`has ${size} bytes packed, more than ${Math.floor(limits.packedBytesMax / (1024 * 1024))} MiB`);
  }
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (bytesRead >= 4 && buffer[0] === 0x50 && buffer[1] === 0x4b) return "zip";
    if (bytesRead >= 2 && buffer[0] === 0x1f && buffer[1] === 0x8b) return "tgz";
  } finally {
    await handle.close();
  }
  throw invalidArtifact(
    size === 0 ? "The artifact is an empty file." : "The artifact is neither a zip nor a tgz file.",
    "Pack the handler's folder as .zip or .tgz.",
  );
}
