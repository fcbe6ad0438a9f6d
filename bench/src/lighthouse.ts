import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserArguments } from "../../e2e/src/find-browser.ts";
import { runCommand } from "../../scripts/run-command.ts";

/** Fetched by name when the row is measured: nothing else needs it. */
const lighthousePackage = "lighthouse@13.5.0";
const npx = ["--yes", lighthousePackage] as const;

export interface PageFigures {
  /** First contentful paint as it was, without Lighthouse's slower network. */
  readonly firstPaintMilliseconds: number;
  /** Lighthouse's performance score for a desktop, 0 to 100. */
  readonly score: number;
}

/** Throws where npm cannot fetch Lighthouse. */
export async function installLighthouse(): Promise<void> {
  const { code, output } = await runCommand("npx", [...npx, "--version"], { cwd: tmpdir() });
  if (code !== 0) throw new Error(`${lighthousePackage} could not be fetched: ${output.trim().split("\n").at(-1)}`);
}

/** Loads a page in the Chromium at `browser`, with a cold cache. A trace that Chromium did not record is made once more. */
export async function measurePage(browser: string, url: string, cookie: string | null): Promise<PageFigures> {
  return loadPage(browser, url, cookie).catch(() => loadPage(browser, url, cookie));
}

async function loadPage(browser: string, url: string, cookie: string | null): Promise<PageFigures> {
  const dir = await mkdtemp(join(tmpdir(), "letsdata-lighthouse-"));
  try {
    const report = join(dir, "report.json");
    const { code, output } = await runCommand(
      "npx",
      [
        ...npx,
        url,
        "--quiet",
        "--preset=desktop",
        "--only-categories=performance",
        "--no-enable-error-reporting",
        "--output=json",
        `--output-path=${report}`,
        `--chrome-flags=${["--headless=new", ...browserArguments].join(" ")}`,
        ...(cookie === null ? [] : [`--extra-headers=${JSON.stringify({ cookie })}`]),
      ],
      { cwd: dir, env: { ...process.env, CHROME_PATH: browser } },
    );
    if (code !== 0) throw new Error(`Lighthouse could not load ${url}:\n${output.slice(-2_000)}`);
    return figuresOf(JSON.parse(await readFile(report, "utf8")) as Report, url);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Report {
  readonly finalDisplayedUrl: string;
  readonly categories: { readonly performance: { readonly score: number | null } };
  readonly audits: {
    readonly metrics: {
      readonly details?: { readonly items: readonly { readonly observedFirstContentfulPaint?: number }[] };
    };
  };
}

function figuresOf({ finalDisplayedUrl, categories, audits }: Report, url: string): PageFigures {
  const firstPaintMilliseconds = audits.metrics.details?.items[0]?.observedFirstContentfulPaint;
  const { score } = categories.performance;
  if (finalDisplayedUrl !== url) throw new Error(`${url} led to ${finalDisplayedUrl}`);
  if (firstPaintMilliseconds === undefined || score === null) throw new Error(`Lighthouse saw no paint of ${url}`);
  return { firstPaintMilliseconds, score: score * 100 };
}
