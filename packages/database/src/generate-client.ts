import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const packageFolder = path.resolve(import.meta.dirname, "..");
const rootFolder = path.resolve(packageFolder, "../..");
const schemaFolder = path.join(rootFolder, "prisma/schema");
const outputFolder = path.join(packageFolder, "src/generated");
const markFile = path.join(outputFolder, ".generated-from");
const staleLockMilliseconds = 60_000;

/** Generates the Prisma client when the schema changed since last time. A few milliseconds otherwise. */
export async function ensureClientGenerated(): Promise<{ readonly generated: boolean }> {
  const wanted = await fingerprint();
  if ((await generatedFrom()) === wanted) return { generated: false };
  const lock = path.join(packageFolder, "node_modules/.generate-client.lock");
  await takeLock(lock);
  try {
    if ((await generatedFrom()) === wanted) return { generated: false };
    await generate();
    await writeFile(markFile, wanted);
    return { generated: true };
  } finally {
    await rmdir(lock).catch(() => undefined);
  }
}

async function generate(): Promise<void> {
  const require = createRequire(import.meta.url);
  const cli = path.join(path.dirname(require.resolve("prisma/package.json")), "build/index.js");
  await run(process.execPath, [cli, "generate", "--schema", schemaFolder], {
    cwd: packageFolder,
    env: {
      ...process.env,
      // Without these Prisma fetches an engine that generating does not need, and asks for updates.
      PRISMA_SCHEMA_ENGINE_BINARY: process.platform === "win32" ? process.execPath : "/bin/true",
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
  });
}

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  const require = createRequire(import.meta.url);
  hash.update((require("prisma/package.json") as { version: string }).version);
  const names = (await readdir(schemaFolder)).filter((name) => name.endsWith(".prisma")).sort();
  for (const name of names) hash.update(name).update(await readFile(path.join(schemaFolder, name)));
  return hash.digest("hex");
}

function generatedFrom(): Promise<string | null> {
  return readFile(markFile, "utf8").catch(() => null);
}

async function takeLock(lock: string): Promise<void> {
  for (;;) {
    try {
      await mkdir(lock);
      return;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
      const held = await stat(lock).catch(() => null);
      if (held && Date.now() - held.mtimeMs > staleLockMilliseconds) await rmdir(lock).catch(() => undefined);
      else await sleep(100);
    }
  }
}

if (import.meta.main) {
  const { generated } = await ensureClientGenerated();
  console.log(generated ? "Prisma client generated." : "Prisma client is up to date.");
}
