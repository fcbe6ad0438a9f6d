import { defineConfig } from "vitest/config";

/** Whole installations of real processes. Two files at a time: most of their time is waiting for leases and time-outs. */
export default defineConfig({
  test: {
    include: ["src/**/*.fault.test.ts"],
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
