import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

/** Some tests are work for the processor, seconds of it: beside ten other processes they take ten times as long. */
export default defineConfig({
  test: { include: ["{src,template}/**/*.test.ts"], testTimeout: 120_000, expect: patient },
});
