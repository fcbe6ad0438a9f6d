import { defineConfig } from "@playwright/test";
import { browserArguments } from "./src/find-browser.ts";

/** Journeys that kill servers, or measure a start: after all others, one at a time. */
const disturbing = ["live-survives.spec.ts", "start-again.spec.ts"];

export default defineConfig({
  testDir: "src/journeys",
  globalSetup: "./src/start-installation.ts",
  outputDir: "test-results",
  fullyParallel: false,
  workers: 3,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  forbidOnly: true,
  projects: [
    { name: "side by side", testIgnore: disturbing },
    { name: "alone", testMatch: disturbing, dependencies: ["side by side"], workers: 1 },
  ],
  use: {
    viewport: { width: 1280, height: 900 },
    launchOptions: { executablePath: process.env.LETSDATA_BROWSER ?? "/usr/bin/chromium", args: browserArguments },
    screenshot: "only-on-failure",
    // Recording every step doubles the time of a journey; on when one is looked into.
    trace: process.env.LETSDATA_E2E_TRACE ? "retain-on-failure" : "off",
  },
});
