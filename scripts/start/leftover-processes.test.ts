import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProcessLedger } from "./leftover-processes.ts";
import { StartProblem } from "./settings.ts";

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "ledger-"));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const sleeper = () => spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });

test("a server left over from a killed start is ended and said", async () => {
  const child = sleeper();
  await once(child, "spawn");
  new ProcessLedger(stateDir).record([{ name: "console", pid: child.pid ?? 0 }]);
  const said: string[] = [];
  const ended = once(child, "exit");
  await new ProcessLedger(stateDir).takeOver((line) => said.push(line));
  await ended;
  expect(said.join()).toContain("console");
});

test("a start that still runs on the same state is not disturbed: the second one says what to do", async () => {
  const launcher = sleeper();
  await once(launcher, "spawn");
  new ProcessLedger(stateDir).record([{ name: "start", pid: launcher.pid ?? 0 }]);
  await expect(new ProcessLedger(stateDir).takeOver(() => {})).rejects.toThrow(StartProblem);
  expect(launcher.exitCode).toBeNull();
  launcher.kill("SIGKILL");
});

test("a pid that belongs to somebody else by now is left alone", async () => {
  const stranger = sleeper();
  await once(stranger, "spawn");
  const ledger = new ProcessLedger(stateDir);
  ledger.record([{ name: "console", pid: stranger.pid ?? 0 }]);
  const file = join(stateDir, "processes.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(/"startTime": "\d+"/, '"startTime": "1"'));
  await ledger.takeOver(() => {});
  expect(stranger.exitCode).toBeNull();
  expect(stranger.signalCode).toBeNull();
  stranger.kill("SIGKILL");
});
