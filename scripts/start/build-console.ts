import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartProblem } from "./settings.ts";

const SOURCES = [
  "apps/console/src/**/*",
  "apps/console/public/**/*",
  "apps/console/*.{ts,mjs,json}",
  "packages/{access,api,dataset,plugin-kit,database,connectors,compute,aws,pipeline}/src/**/*",
  "prisma/schema/*",
  "pnpm-lock.yaml",
];

/** Builds the console for production, only when a source of it changed since the last build; `signal` ends a build under way. */
export async function buildConsole(
  repositoryDir: string,
  logFile: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const consoleDir = join(repositoryDir, "apps/console");
  const stamp = join(consoleDir, ".next", "sources.sha256");
  const digest = digestSources(repositoryDir);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  say("building the console (first start, or its sources changed) …");
  const log = createWriteStream(logFile);
  const next = join(consoleDir, "node_modules/next/dist/bin/next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: consoleDir,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => void child.kill();
  signal?.addEventListener("abort", end);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  signal?.removeEventListener("abort", end);
  log.end();
  if (code !== 0) throw new StartProblem("the console could not be built", `Read ${logFile}.`);
  writeFileSync(stamp, digest);
}

function digestSources(repositoryDir: string): string {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap((pattern) => globSync(pattern, { cwd: repositoryDir })).sort()) {
    const file = join(repositoryDir, path);
    if (!statSync(file).isFile()) continue;
    hash.update(path).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}
