import { existsSync, globSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { runCommand } from "../../scripts/run-command.ts";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium to test with: LETSDATA_BROWSER, the system's, Playwright's own, else Debian's package installed now. */
export async function findOrInstallBrowser(): Promise<string> {
  const found = findBrowser();
  if (found) return found;
  if (isDebian() && process.getuid?.() === 0) {
    console.log("installing Debian's chromium …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [
      ["update", "-qq"],
      ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"],
    ]) {
      const result = await runCommand("apt-get", args, { cwd: "/", env });
      if (result.code !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${result.output}`);
    }
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

function isDebian(): boolean {
  return (
    existsSync("/etc/debian_version") ||
    (existsSync("/etc/os-release") && readFileSync("/etc/os-release", "utf8").includes("debian"))
  );
}
