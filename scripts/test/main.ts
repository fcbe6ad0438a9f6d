import { type PartResult, runBrowserTests, runChecks, runFaultTests, runUnitAndIntegrationTests } from "./parts.ts";

/** Everything a contributor must pass, in the order in which a failure is cheapest to learn. */
const parts: [string, () => Promise<PartResult>][] = [
  ["checks", runChecks],
  ["unit and integration", runUnitAndIntegrationTests],
  ["faults", runFaultTests],
  ["end to end", runBrowserTests],
];

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
let passed = 0;
let failed = 0;
/** Told again at the end, where people look first. */
const failures: string[] = [];
for (const [name, run] of parts) {
  if (wanted.length > 0 && !wanted.includes(name.split(" ")[0] ?? "")) continue;
  console.log(`\n== ${name}`);
  const started = performance.now();
  const result = await run();
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`== ${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped (${seconds} s)`);
  passed += result.passed;
  failed += result.failed;
  failures.push(...result.failures);
  if (result.passed + result.failed === 0) {
    console.log(`FAIL ${name} ran nothing`);
    failed += 1;
  }
  if (result.skipped > 0) {
    console.log(`FAIL ${name} skipped ${result.skipped}; every part must run`);
    failed += result.skipped;
  }
}
for (const failure of failures) console.log(`FAIL ${failure}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
