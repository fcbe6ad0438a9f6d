import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // Its clock is the tests' own: what they take is processor time, of which a busy machine gives little. One that hangs is told by that clock.
    testTimeout: 120_000,
    expect: patient,
  },
});
