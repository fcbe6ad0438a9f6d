/** Answers each checkpoint as the worker would, once its bytes are on the disk. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const file = join(tmpdir(), `bench-checkpoints-${process.pid}`);
const descriptor = openSync(file, "w");
process.on("message", ({ id, update }: { id: number; update: unknown }) => {
  writeSync(descriptor, `${JSON.stringify(update)}\n`);
  fdatasyncSync(descriptor);
  process.send?.({ id });
});
process.on("disconnect", () => {
  closeSync(descriptor);
  rmSync(file);
});
