import { openTestPool, runRequest } from "./sandbox.ts";

/** A worker that starts one task, says the child's pid, and waits to be killed. */
const artifactDir = process.argv[2] ?? "";
const pool = openTestPool();
const { request } = runRequest(artifactDir, {
  onLog: (lines) => {
    if (lines.some((line) => line.message.includes("parsing"))) {
      for (const { pid } of pool.processes()) process.stdout.write(`child ${pid}\n`);
    }
  },
});
await pool.run(request);
