import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

export default defineConfig({
  test: { name: "api", include: ["src/**/*.test.ts"], testTimeout: 60_000, expect: patient, hookTimeout: 180_000 },
});
