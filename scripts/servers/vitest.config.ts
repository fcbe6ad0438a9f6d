import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

/** Connectors against servers we did not write: `vitest run --config scripts/servers/vitest.config.ts`. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.servers.ts"],
    ...patient,
    // A server is installed, or built, by the first hook that starts its version.
    hookTimeout: 900_000,
    fileParallelism: false,
  },
});
