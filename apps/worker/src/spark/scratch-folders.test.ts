import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createScratchFolders } from "./scratch-folders.ts";

const directory = mkdtempSync(join(tmpdir(), "letsdata-scratch-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** No process has a number this high: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html, pid_max. */
const gone = String(2 ** 22 + 1);

test.runIf(existsSync("/proc"))(
  "a folder goes with all that is in it; those of workers that are gone go first, others stay",
  async () => {
    for (const worker of [gone, String(process.ppid)])
      mkdirSync(join(directory, worker, "task-1"), { recursive: true });
    const folder = await createScratchFolders(directory).open("task-2");
    writeFileSync(join(folder.path, "block"), "x");
    expect(existsSync(join(directory, gone))).toBe(false);
    expect(existsSync(join(directory, String(process.ppid), "task-1"))).toBe(true);
    await folder.remove();
    expect(existsSync(folder.path)).toBe(false);
  },
);
