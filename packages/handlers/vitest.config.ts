import { defineConfig } from "vitest/config";
import { patient } from "../../vitest.shared.ts";

// Some tests start handlers' processes up to three times; Java's, which begins again once it is contained, took 7 s each on a busy machine.
export default defineConfig({ test: { include: ["src/**/*.test.ts"], testTimeout: 60_000, expect: patient } });
