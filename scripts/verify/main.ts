import { runVerification } from "./checks.ts";

const results = await runVerification({ quick: process.argv.includes("--quick") });
const failed = results.filter((result) => !result.passed);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
