import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

/** Connectors against servers we did not write: `vitest run --config scripts/servers/vitest.config.ts`. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.servers.ts"],
    hookTimeout: 300_000,
    testTimeout: 180_000,
    expect: patient,
    fileParallelism: false,
  },
});
