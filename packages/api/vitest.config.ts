import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

export default defineConfig({
  test: { name: "api", include: ["src/**/*.test.ts"], testTimeout: 20_000, expect: patient, hookTimeout: 60_000 },
});
