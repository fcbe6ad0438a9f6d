import { defineConfig } from "vitest/config";
import { patient } from "../vitest.shared.ts";

export default defineConfig({
  test: { name: "bench", include: ["src/**/*.test.ts"], ...patient },
});
