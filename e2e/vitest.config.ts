import { defineConfig } from "vitest/config";
import { patient } from "../vitest.shared.ts";
import { LongestFirst } from "./longest-first.ts";

/**
 * Whole installations of real processes. Most of a file's time is waiting (for leases, time-outs, back-off), so three run at once; what one
 * process has loaded serves its next file, too.
 */
export default defineConfig({
  test: {
    include: ["src/**/*.fault.test.ts"],
    isolate: false,
    sequence: { sequencer: LongestFirst },
    maxWorkers: 3,
    maxConcurrency: 8,
    ...patient,
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
});
