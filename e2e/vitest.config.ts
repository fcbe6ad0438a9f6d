import { defineConfig } from "vitest/config";

/** Whole installations of real processes: one file at a time, so that they do not take each other's processors. */
export default defineConfig({
  test: {
    include: ["src/**/*.fault.test.ts"],
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
