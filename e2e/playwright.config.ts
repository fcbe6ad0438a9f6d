import { defineConfig } from "@playwright/test";

// Chromium's own background traffic is switched off: tests talk to 127.0.0.1 only.
const browserArguments = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: "src/journeys",
  globalSetup: "./src/start-installation.ts",
  outputDir: "test-results",
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  use: {
    viewport: { width: 1280, height: 900 },
    launchOptions: { executablePath: process.env.LETSDATA_BROWSER ?? "/usr/bin/chromium", args: browserArguments },
    screenshot: "only-on-failure",
    // Recording every step doubles the time of a journey; on when one is looked into.
    trace: process.env.LETSDATA_E2E_TRACE ? "retain-on-failure" : "off",
  },
});
