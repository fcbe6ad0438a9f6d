import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * A program's modules, resolved and without types, in one file: a line with the inputs, a line with the modules by URL, both in JSON,
 * then the sources one after the other. `start-prepared.js` reads it.
 */
export interface PreparedProgram {
  /** All it was made from. Another size or time of one of them means that the program has changed. */
  readonly inputs: readonly ProgramInput[];
  readonly modules: Readonly<Record<string, PreparedModule>>;
  readonly sources: readonly Buffer[];
}

export interface ProgramInput {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface PreparedModule {
  /** Node's name for how the source is read; absent where Node finds it out as it loads. */
  readonly format?: string;
  /** Place of the UTF-8 source behind the two lines. */
  readonly start: number;
  readonly end: number;
  /** URLs by specifier, as `import` and as `require` resolve them here. */
  readonly imports: Readonly<Record<string, string>>;
  readonly requires: Readonly<Record<string, string>>;
}

/** Written beside its place and renamed whole, because several workers of a machine share it. */
export async function writeProgram(file: string, { inputs, modules, sources }: PreparedProgram): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}.part`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writev([Buffer.from(`${JSON.stringify(inputs)}\n${JSON.stringify(modules)}\n`), ...sources]);
    await handle.close();
    await rename(draft, file);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
}

/** Whether the file is there, holds the program of `entry` and was made from what stands on the disk now. */
export async function isFresh(file: string, entry: string): Promise<boolean> {
  const before = await inputsIn(file);
  if (!before?.some(({ path }) => path === entry)) return false;
  return before.every(({ path, size, modifiedMs }) => {
    const now = statSync(path, { throwIfNoEntry: false });
    return now?.size === size && now.mtimeMs === modifiedMs;
  });
}

export function inputOf(path: string): ProgramInput {
  const { size, mtimeMs } = statSync(path);
  return { path, size, modifiedMs: mtimeMs };
}

async function inputsIn(file: string): Promise<readonly ProgramInput[] | null> {
  try {
    await using handle = await open(file);
    for await (const line of handle.readLines()) return JSON.parse(line) as ProgramInput[];
  } catch {
    // None yet, or not one that can be read: it is made.
  }
  return null;
}
