import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "worker", include: ["**/*.test.ts"], testTimeout: 30_000 } });
