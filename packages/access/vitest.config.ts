import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

export default defineConfig({
  test: { name: "access", include: ["src/**/*.test.ts"], ...patient },
});
