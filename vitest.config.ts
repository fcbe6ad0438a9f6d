import { defineConfig } from "vitest/config";

/** Unit and integration tests of every package; whole installations are in e2e. */
export default defineConfig({
  test: {
    projects: ["packages/*", "apps/*", "bench", "samples", "scripts"],
    passWithNoTests: false,
    // Some of a file's time is waiting for servers and processes.
    maxWorkers: 3,
  },
});
