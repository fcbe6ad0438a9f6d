import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureClientGenerated } from "@letsdata/database/generate-client";
import { runCommand } from "../run-command.ts";

const repositoryDir = join(import.meta.dirname, "../..");
const bin = (name: string) => join(repositoryDir, "node_modules/.bin", name);

export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
}

type Check = () => Promise<string | null>;

/** Each is one process with one thread; the machines this must be quick on have two. */
const CHECKS_AT_ONCE = 2;

/** Format, lint, types, import rules, generated docs: everything that needs no server. A check that checked nothing fails. */
export async function runVerification(options: { readonly quick: boolean }): Promise<readonly CheckResult[]> {
  await ensureClientGenerated();
  const checks: [string, Check][] = [
    ["format and lint", checkFormat],
    ["import rules", checkImports],
    ["names of hosts and machine paths", checkNoMachineNames],
    ...(options.quick ? [] : typeChecks()),
    ["generated reference is fresh", checkReference],
  ];
  const results: CheckResult[] = [];
  const waiting = [...checks];
  const runNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await runCheck(...next));
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, runNext));
  return results;
}

async function runCheck(name: string, check: Check): Promise<CheckResult> {
  const started = performance.now();
  const failure = await check();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${failure === null ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (failure !== null) console.log(failure);
  return { name, passed: failure === null };
}

async function checkFormat(): Promise<string | null> {
  const result = await runCommand(bin("biome"), ["ci", "--colors=off", "--max-diagnostics=40", "."], {
    cwd: repositoryDir,
  });
  const files = /Checked (\d+) files/.exec(result.output)?.[1];
  if (result.code !== 0) return result.output;
  return Number(files) > 0 ? null : `biome checked nothing:\n${result.output}`;
}

async function checkImports(): Promise<string | null> {
  const result = await runCommand(
    bin("depcruise"),
    [
      "--config",
      "dependency-rules.cjs",
      "--output-type",
      "err",
      "packages",
      "apps",
      "samples/src",
      "bench/src",
      "e2e/src",
    ],
    { cwd: repositoryDir },
  );
  if (result.code !== 0) return result.output;
  const modules = /(\d+) modules/.exec(result.output)?.[1];
  return Number(modules) > 0 ? null : `dependency-cruiser checked nothing:\n${result.output}`;
}

/** One program over everything that runs on Node, one each for what also knows the browser: shared types are checked once, not once a package. */
function typeChecks(): [string, Check][] {
  return ["tsconfig.json", "apps/console/tsconfig.json", "e2e/tsconfig.json"].map((project) => [
    `types: ${project}`,
    () => checkTypes(project),
  ]);
}

async function checkTypes(project: string): Promise<string | null> {
  const result = await runCommand(bin("tsc"), ["-p", project], { cwd: repositoryDir });
  return result.code === 0 ? null : result.output;
}

/** Registry hosts and machine paths would tie the lock file and the docs to one place. */
async function checkNoMachineNames(): Promise<string | null> {
  const pattern = "https?://(registry|repo[0-9]*|proxy|index|static|files)[.]";
  const result = await runCommand("git", ["grep", "-nIE", pattern, "--", ".", ":!scripts/verify/checks.ts"], {
    cwd: repositoryDir,
  });
  return result.code === 1 ? null : result.output;
}

async function checkReference(): Promise<string | null> {
  if (!existsSync(join(repositoryDir, "docs/reference"))) return "docs/reference is missing: run pnpm docs:generate";
  const result = await runCommand(process.execPath, ["scripts/docs/main.ts", "--check"], { cwd: repositoryDir });
  return result.code === 0 ? null : result.output;
}
