import { getCompileCacheDir } from "node:module";
import { join } from "node:path";
import { prepareProgram } from "@letsdata/compute/local/prepared-program/prepare-program";
import type { Log } from "./log.ts";

/**
 * Makes the task processes' program ready beside what Node keeps of this process's own, and answers the file once it is. Without a
 * compile cache there is no place for it: task processes then start from the sources.
 */
export function prepareTaskProgram(entry: string, log: Log): () => string | null {
  const folder = getCompileCacheDir();
  if (folder === undefined) return () => null;
  const file = join(folder, "data-task.program");
  let isReady = false;
  prepareProgram(entry, file).then(
    () => {
      isReady = true;
    },
    (thrown: unknown) => log.warn("task processes start from the sources", thrown),
  );
  return () => (isReady ? file : null);
}
