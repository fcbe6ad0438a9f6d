import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

export default defineConfig({
  test: { name: "worker", include: ["**/*.test.ts"], testTimeout: 30_000, expect: patient, hookTimeout: 180_000 },
});
