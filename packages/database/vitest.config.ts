import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

export default defineConfig({
  test: { include: ["src/**/*.test.ts"], testTimeout: 180_000, expect: patient, hookTimeout: 180_000 },
});
