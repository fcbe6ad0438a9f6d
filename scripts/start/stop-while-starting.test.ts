import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePorts } from "../../e2e/src/free-ports.ts";
import { removeStateDir } from "../../e2e/src/remove-state-dir.ts";
import { runCommand } from "../run-command.ts";

test("Ctrl-C while PostgreSQL is starting leaves nothing that runs", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "letsdata-stopped-start-"));
  onTestFinished(() => removeStateDir(stateDir));
  const stateFile = join(stateDir, "postgres.json");
  const hasServer = async () => {
    if (!existsSync(stateFile)) return false;
    const { dataDir } = JSON.parse(readFileSync(stateFile, "utf8")) as { readonly dataDir: string };
    return (await runCommand("pgrep", ["-f", `postgres -D ${dataDir} `], { cwd: stateDir })).code === 0;
  };
  const { consolePort, cloudPort } = await freePorts();
  const start = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: {
      ...process.env,
      LETSDATA_STATE_DIR: stateDir,
      LETSDATA_CONSOLE_PORT: String(consolePort),
      LETSDATA_CLOUD_PORT: String(cloudPort),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(start, "close");
  let said = "";
  start.stdout.on("data", (text) => {
    said += text;
  });
  await expect.poll(hasServer, { interval: 10 }).toBe(true);
  start.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  expect(said).toMatch(/stopped\s*$/);
  expect(await hasServer()).toBe(false);
});
