import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type ArtifactLimits, invalidArtifact, tooLarge } from "./artifact-limits.ts";

/** Writes entries below one folder, refusing every name that could leave it and counting against the limits. */
export class EntryWriter {
  readonly #targetDir: string;
  readonly #limits: ArtifactLimits;
  /** Lower-cased, because a name that differs by case only is the same file on some machines. */
  readonly #seen = new Map<string, "file" | "folder">();
  #bytes = 0;
  #entries = 0;

  constructor(targetDir: string, limits: ArtifactLimits) {
    this.#targetDir = targetDir;
    this.#limits = limits;
  }

  folder(name: string): void {
    this.#count();
    const path = safePath(name);
    if (path === "") return;
    this.#claim(path, "folder");
    mkdirSync(resolve(this.#targetDir, path), { recursive: true });
  }

  async file(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    this.#count();
    const path = safePath(name);
    if (path === "") throw invalidArtifact(`The artifact's entry "${shown(name)}" has no name.`, "Build it again.");
    this.#claim(path, "file");
    const file = resolve(this.#targetDir, path);
    mkdirSync(dirname(file), { recursive: true });
    await pipeline(this.#counted(path, content), createWriteStream(file, { flags: "wx", mode: 0o644 }));
  }

  async *#counted(path: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#limits.unpackedBytesMax) throw this.#tooManyBytes(path);
      yield chunk;
    }
  }

  refuseLink(name: string, target: string): never {
    throw invalidArtifact(
      `The artifact's entry "${shown(name)}" is a link to "${shown(target)}".`,
      "Pack the file itself instead of a link to it (zip without --symlinks, tar with --dereference).",
    );
  }

  #tooManyBytes(path: string): Error {
    const limit = Math.floor(this.#limits.unpackedBytesMax / (1024 * 1024));
    return tooLarge(`unpacks to more than ${limit} MiB (reached at ${shown(path)})`);
  }

  #count(): void {
    this.#entries++;
    if (this.#entries > this.#limits.entriesMax) throw tooLarge(`has more than ${this.#limits.entriesMax} entries`);
  }

  #claim(path: string, kind: "file" | "folder"): void {
    const key = path.toLowerCase();
    const before = this.#seen.get(key);
    if (before !== undefined && (before === "file" || kind === "file")) {
      throw invalidArtifact(
        `The artifact holds "${shown(path)}" more than once.`,
        "Pack every file once; names that differ only by case count as the same.",
      );
    }
    this.#seen.set(key, kind);
    for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent)) {
      if (this.#seen.get(parent.toLowerCase()) === "file") {
        throw invalidArtifact(`The artifact holds "${shown(parent)}" as a file and as a folder.`, "Build it again.");
      }
      this.#seen.set(parent.toLowerCase(), "folder");
    }
  }
}

function safePath(name: string): string {
  const path = posix.normalize(name.replaceAll("\\", "/")).replace(/\/+$/, "");
  if (
    name.includes("\0") ||
    name.startsWith("/") ||
    /^[A-Za-z]:/.test(name) ||
    path === ".." ||
    path.startsWith("../")
  ) {
    throw invalidArtifact(
      `The artifact's entry "${shown(name)}" would be written outside the artifact's folder.`,
      "Pack relative paths without `..`.",
    );
  }
  return path === "." ? "" : path;
}

function shown(name: string): string {
  const printable = name.replace(/[^\x20-\x7e]/g, "?");
  return printable.length > 200 ? `${printable.slice(0, 200)}…` : printable;
}
