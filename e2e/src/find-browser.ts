import { existsSync, globSync } from "node:fs";
import { homedir } from "node:os";
import { installDebianPackages } from "../../scripts/debian-packages.ts";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Chromium's own background traffic is switched off: what is tested talks to 127.0.0.1 only. */
export const browserArguments = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The Chromium to test with: LETSDATA_BROWSER, the system's, Playwright's own, else Debian's package installed now. */
export async function findOrInstallBrowser(): Promise<string> {
  const found = findBrowser();
  if (found) return found;
  if (await installDebianPackages(["chromium", "fonts-liberation"])) {
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Error(
    "No Chromium found. Install one (Debian: apt-get install chromium) or set LETSDATA_BROWSER to its path.",
  );
}

function findBrowser(): string | undefined {
  const playwrightOwn = globSync(`${homedir()}/.cache/ms-playwright/chromium-*/chrome-linux*/chrome`);
  const candidates = [process.env.LETSDATA_BROWSER, ...SYSTEM_BROWSERS, ...playwrightOwn];
  return candidates.find((path) => path !== undefined && path !== "" && existsSync(path));
}
