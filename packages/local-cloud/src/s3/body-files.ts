import { randomUUID } from "node:crypto";
import { closeSync, linkSync, mkdirSync, openSync, readSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/** One file holding a stretch of an object's body. Files never change once named in the database. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

export type BodyFiles = ReturnType<typeof openBodyFiles>;

/** Files made together lie together: spreading each over hundreds of folders made ext4 eight times slower. */
const FILES_PER_FOLDER = 10_000;

/** Bodies as plain files. Names are random, so a reader that holds an old file is never disturbed by a new body. */
export function openBodyFiles(dir: string) {
  const bodies = join(dir, "s3");
  const incoming = join(dir, "s3-incoming");
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true });
  let folder = "";
  let filesInFolder = FILES_PER_FOLDER;
  const newName = () => {
    if (filesInFolder >= FILES_PER_FOLDER) {
      folder = randomUUID().slice(0, 8);
      mkdirSync(join(bodies, folder), { recursive: true });
      filesInFolder = 0;
    }
    filesInFolder += 1;
    return `${folder}/${randomUUID()}`;
  };
  const pathOf = (file: string) => join(bodies, file);
  return {
    pathOf,
    writeSmall(body: Uint8Array): Segment {
      const file = newName();
      writeFileSync(pathOf(file), body);
      return { file, size: body.length };
    },
    /** A file being received; a crash leaves it in a folder that the next start empties. */
    async receive(): Promise<{ handle: FileHandle; keep(size: number): Segment; discard(): void }> {
      const file = newName();
      const path = join(incoming, randomUUID());
      const handle = await open(path, "w");
      return {
        handle,
        keep(size) {
          linkSync(path, pathOf(file));
          unlinkSync(path);
          return { file, size };
        },
        discard: () => rmSync(path, { force: true }),
      };
    },
    /** Costs nothing: both names share one unchanging file. */
    duplicate(segment: Segment): Segment {
      const file = newName();
      linkSync(pathOf(segment.file), pathOf(file));
      return { file, size: segment.size };
    },
    remove(segments: readonly Segment[]): void {
      for (const segment of segments) rmSync(pathOf(segment.file), { force: true });
    },
    readSmall(segment: Segment, start: number, length: number): Buffer {
      const descriptor = openSync(pathOf(segment.file), "r");
      try {
        const body = Buffer.allocUnsafe(length);
        let filled = 0;
        while (filled < length) {
          const count = readSync(descriptor, body, filled, length - filled, start + filled);
          if (count === 0) throw new Error(`body file ${segment.file} is shorter than recorded`);
          filled += count;
        }
        return body;
      } finally {
        closeSync(descriptor);
      }
    },
  };
}
