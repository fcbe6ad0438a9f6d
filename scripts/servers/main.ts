import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOrInstallTools } from "../find-or-install-tools.ts";
import { runCommand } from "../run-command.ts";
import { tools } from "../tools.ts";
import { failuresIn, readReport, type VitestReport } from "../vitest-report.ts";
import { type IndependentServer, independentServers } from "./servers.ts";

/** Runs the conformance suites of connectors and services, and whole datasets under faults, against each server we did not write. */
const repositoryDir = join(import.meta.dirname, "../..");
const reportDir = mkdtempSync(join(tmpdir(), "letsdata-servers-"));
/** While one is tested, others install, start, or wait for a fault to pass. */
const SERVERS_AT_ONCE = 3;
const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = named.filter((name) => !independentServers.some((server) => server.name === name));
if (unknown.length > 0) {
  console.log(
    `no such server: ${unknown.join(", ")}; there are ${independentServers.map(({ name }) => name).join(", ")}`,
  );
  process.exit(1);
}

interface Row {
  readonly server: string;
  readonly subject: string;
  readonly passed: number;
  readonly failed: number;
  readonly differs: number;
}

await findOrInstallTools([tools.java, tools.maven, tools.pip], "The independent servers");

const isWanted = ({ name, onlyWhenNamed }: IndependentServer) =>
  named.length > 0 ? named.includes(name) : onlyWhenNamed === undefined;
const waiting = independentServers.filter(isWanted);
const rows: Row[] = [];
const failures: string[] = [];
const verifyNext = async (): Promise<void> => {
  for (let next = waiting.shift(); next; next = waiting.shift()) rows.push(...(await verify(next)));
};
await Promise.all(Array.from({ length: SERVERS_AT_ONCE }, verifyNext));
for (const { title, onlyWhenNamed } of independentServers) {
  if (named.length === 0 && onlyWhenNamed) console.log(`== ${title}: not run, ${onlyWhenNamed}`);
}
console.log(`\n${line("server", "subject", "passed", "failed", "differs")}`);
for (const row of rows) console.log(line(row.server, row.subject, row.passed, row.failed, row.differs));
const sum = (of: "passed" | "failed") => rows.reduce((total, row) => total + row[of], 0);
for (const failure of failures) console.log(`FAIL ${failure}`);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exit(sum("failed") === 0 && sum("passed") > 0 ? 0 : 1);

/** A line for every `describe` of the suite. A subject for which nothing ran counts as failed. */
async function verify(server: IndependentServer): Promise<readonly Row[]> {
  const started = performance.now();
  const reportFile = join(reportDir, `${server.name}.json`);
  const run = await runCommand(
    join(repositoryDir, "node_modules/.bin/vitest"),
    [
      "run",
      "--config",
      "scripts/servers/vitest.config.ts",
      `${server.name}/`,
      "--testNamePattern",
      leavingOut(server),
      "--reporter=dot",
      "--reporter=json",
      `--outputFile.json=${reportFile}`,
    ],
    { cwd: repositoryDir },
  );
  const seeds = run.output.split("\n").filter((text) => text.includes("FAULT_SEED="));
  console.log(run.code === 0 ? seeds.join("\n") : run.output);
  const report = readReport<VitestReport>(reportFile);
  if (report) failures.push(...failuresIn(report, repositoryDir));
  const assertions = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  const bySuite = Map.groupBy(assertions, ({ ancestorTitles }) => ancestorTitles[0] ?? "");
  const covered = new Set([...bySuite.keys()].flatMap((suite) => suite.split(" + ")));
  const seconds = Math.round((performance.now() - started) / 1000);
  const found = [...bySuite].map(([subject, tests]): Row => {
    const passed = tests.filter(({ status }) => status === "passed").length;
    // The suites of several subjects may have tests of one name.
    const known = server.differences.filter((difference) => subject.split(" + ").includes(difference.subject));
    const differs = tests.filter(({ title }) => known.some(({ test }) => test === title)).length;
    return { server: server.title, subject, passed, failed: tests.length - passed - differs, differs };
  });
  const missing = server.verifies.filter((subject) => !covered.has(subject));
  const undeclared = [...covered].filter((subject) => !server.verifies.includes(subject));
  if (undeclared.length > 0) console.log(`FAIL servers.ts does not say that ${server.name} verifies ${undeclared}`);
  const wrong = [...missing, ...undeclared].map((subject) => ({ subject, passed: 0, failed: 1, differs: 0 }));
  const failed = found.reduce((total, row) => total + row.failed, 0) + wrong.length;
  const unexplained = run.code !== 0 && failed === 0 ? [{ subject: "run", passed: 0, failed: 1, differs: 0 }] : [];
  console.log(`== ${server.title}: ${run.code === 0 ? "ok" : "FAIL"} (${seconds} s)`);
  return [...found, ...[...wrong, ...unexplained].map((row) => ({ server: server.title, ...row }))];
}

/** Every test but those at which the server is known to differ. */
function leavingOut({ differences }: IndependentServer): string {
  const names = differences.map(({ subject, test }) => `.*${subject}.* ${test.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
  return names.length === 0 ? "" : `^(?!(?:${names.join("|")})$)`;
}

function line(server: string, subject: string, ...counts: readonly (string | number)[]): string {
  return [server.padEnd(28), subject.padEnd(24), ...counts.map((count) => String(count).padStart(8))].join("");
}
