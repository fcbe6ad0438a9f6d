import { renameSync, writeFileSync } from "node:fs";

/** Writes the file whole: who reads it meanwhile, or after a kill in the middle, sees the old text or the new one. */
export function replaceFile(file: string, text: string): void {
  // Beside it: only within one file system is a rename one step.
  const unfinished = `${file}.${process.pid}.new`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
