import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopSharedTestServer } from "@letsdata/database/testing/start-test-database";
import { buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { findOrInstallBrowser } from "../../e2e/src/find-browser.ts";
import { runCommand } from "../run-command.ts";
import { runVerification } from "../verify/checks.ts";
import { findOrInstallLanguages } from "./find-or-install-languages.ts";

const repositoryDir = join(import.meta.dirname, "../..");
const bin = (name: string) => join(repositoryDir, "node_modules/.bin", name);
const reportDir = mkdtempSync(join(tmpdir(), "letsdata-test-"));

export interface PartResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export async function runChecks(): Promise<PartResult> {
  const results = await runVerification({ quick: false });
  const passed = results.filter((result) => result.passed).length;
  return { passed, failed: results.length - passed, skipped: 0 };
}

export async function runUnitAndIntegrationTests(): Promise<PartResult> {
  await prepareLanguages();
  try {
    return await runVitest(["--config", "vitest.config.ts"], "unit.json");
  } finally {
    // Shared by all test files; nobody else knows that the last of them is done.
    await stopSharedTestServer();
  }
}

export async function runFaultTests(): Promise<PartResult> {
  await prepareLanguages();
  return runVitest(["--root", "e2e"], "faults.json");
}

async function prepareLanguages(): Promise<void> {
  await findOrInstallLanguages();
  await buildJavaHost();
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

async function runVitest(selection: readonly string[], reportName: string): Promise<PartResult> {
  const reportFile = join(reportDir, reportName);
  const result = await runCommand(
    bin("vitest"),
    ["run", ...selection, "--reporter=dot", "--reporter=json", `--outputFile.json=${reportFile}`],
    { cwd: repositoryDir, echo: true },
  );
  const report = readReport<VitestReport>(reportFile);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const failed = report.numFailedTests;
  return {
    passed: report.numPassedTests,
    // A file that cannot be loaded, or an unhandled rejection, fails no single test but fails the run.
    failed: failed === 0 && result.code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
}

export async function runBrowserTests(): Promise<PartResult> {
  const browser = await findOrInstallBrowser();
  const reportFile = join(reportDir, "e2e.json");
  const result = await runCommand(
    join(repositoryDir, "e2e/node_modules/.bin/playwright"),
    ["test", "--reporter=line,json"],
    {
      cwd: join(repositoryDir, "e2e"),
      env: { ...process.env, LETSDATA_BROWSER: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile },
      echo: true,
    },
  );
  const report = readReport<PlaywrightReport>(reportFile);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky;
  return { passed: expected, failed: failed === 0 && result.code !== 0 ? 1 : failed, skipped };
}

function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return null;
  }
}
