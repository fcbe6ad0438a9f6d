import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopSharedTestServer } from "@letsdata/database/testing/start-test-database";
import { buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { findOrInstallBrowser } from "../../e2e/src/find-browser.ts";
import { runCommand } from "../run-command.ts";
import { runVerification } from "../verify/checks.ts";
import { failuresIn, readReport, type VitestReport } from "../vitest-report.ts";
import { findOrInstallLanguages } from "./find-or-install-languages.ts";

const repositoryDir = join(import.meta.dirname, "../..");
const bin = (name: string) => join(repositoryDir, "node_modules/.bin", name);
const reportDir = mkdtempSync(join(tmpdir(), "letsdata-test-"));

export interface PartResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A line for each, as far as it is known what failed. */
  readonly failures: readonly string[];
}

export async function runChecks(): Promise<PartResult> {
  const results = await runVerification({ quick: false });
  const failures = results.filter((result) => !result.passed).map(({ name }) => name);
  return { passed: results.length - failures.length, failed: failures.length, skipped: 0, failures };
}

export async function runUnitAndIntegrationTests(): Promise<PartResult> {
  await prepareLanguages();
  try {
    // What one process has loaded serves its next file, too: a sixth of the processor's time was loading it anew.
    return await runVitest(["--no-isolate", "--config", "vitest.config.ts"], "unit.json");
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

async function runVitest(selection: readonly string[], reportName: string): Promise<PartResult> {
  const reportFile = join(reportDir, reportName);
  const result = await runCommand(
    bin("vitest"),
    ["run", ...selection, "--reporter=dot", "--reporter=json", `--outputFile.json=${reportFile}`],
    { cwd: repositoryDir, echo: true },
  );
  const report = readReport<VitestReport>(reportFile);
  if (!report) return noReport(reportName);
  const failed = report.numFailedTests;
  return {
    passed: report.numPassedTests,
    // A file that cannot be loaded, or an unhandled rejection, fails no single test but fails the run.
    failed: failed === 0 && result.code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: failuresIn(report, repositoryDir),
  };
}

interface PlaywrightSuite {
  readonly specs?: readonly { readonly file: string; readonly title: string; readonly ok: boolean }[];
  readonly suites?: readonly PlaywrightSuite[];
}
interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
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
  if (!report) return noReport("e2e.json");
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky;
  const failures = failedJourneys(report.suites);
  return { passed: expected, failed: failed === 0 && result.code !== 0 ? 1 : failed, skipped, failures };
}

function failedJourneys(suites: readonly PlaywrightSuite[]): readonly string[] {
  return suites.flatMap(({ specs = [], suites: inner = [] }) => [
    ...specs.filter(({ ok }) => !ok).map(({ file, title }) => `${file} > ${title}`),
    ...failedJourneys(inner),
  ]);
}

function noReport(name: string): PartResult {
  return { passed: 0, failed: 1, skipped: 0, failures: [`there is no ${name}: the run ended before it was written`] };
}
