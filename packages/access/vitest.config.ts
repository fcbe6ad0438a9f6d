import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

export default defineConfig({
  test: { name: "access", include: ["src/**/*.test.ts"], testTimeout: 120_000, expect: patient, hookTimeout: 180_000 },
});
