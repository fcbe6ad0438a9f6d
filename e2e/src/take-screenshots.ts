import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { demoClient } from "./console/demo-client.ts";
import { sampleConfig } from "./console/sample-dataset.ts";
import { signIn } from "./console/sign-in.ts";
import { findOrInstallBrowser } from "./find-browser.ts";
import { freePorts } from "./free-ports.ts";
import { removeStateDir } from "./remove-state-dir.ts";
import { type RunningStart, runStart } from "./run-start.ts";

// Takes the pictures of the README and docs from a real run: node e2e/src/take-screenshots.ts

const imagesDir = join(import.meta.dirname, "../../docs/images");
const datasetName = "MoviesToKinesis";
const runSecondsMax = 120;

async function takeAll(running: RunningStart): Promise<void> {
  const client = demoClient(running);
  await client.datasets.create(sampleConfig("movies-to-kinesis", { datasetName }));
  await client.datasets.create(sampleConfig("zip-codes-to-s3", { datasetName: "ZipCodesToS3" }));
  for (const dataset of [datasetName, "ZipCodesToS3"]) await completed(() => client.datasets.view({ dataset }));

  const browser = await chromium.launch({ executablePath: await findOrInstallBrowser(), args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ baseURL: running.address, viewport: { width: 1280, height: 900 } });
    await signIn(page, running.login);
    await page.waitForURL("**/datasets");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await take(page, `dataset-${colorScheme}`, `/datasets/${datasetName}`, "2,961 documents");
    }
    await page.emulateMedia({ colorScheme: "light" });
    await take(page, "datasets-light", "/datasets", datasetName);
    await take(page, "create-light", "/datasets/new?from=sample", "Valid");
    await take(page, "tasks-light", `/datasets/${datasetName}/tasks`, "8 tasks on page");
    await take(page, "errors-light", `/datasets/${datasetName}/errors`, "HANDLER_ERROR_DOC");
  } finally {
    await browser.close();
  }
}

async function take(page: Page, name: string, path: string, arrived: string): Promise<void> {
  await page.goto(path);
  await page.getByText(arrived).filter({ visible: true }).first().waitFor();
  await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(imagesDir, `${name}.png`), animations: "disabled" });
  console.log(`docs/images/${name}.png`);
}

async function completed(view: () => Promise<{ readonly datasetStatus: string }>): Promise<void> {
  const deadline = Date.now() + runSecondsMax * 1000;
  for (;;) {
    const { datasetStatus } = await view();
    if (datasetStatus === "COMPLETED") return;
    if (datasetStatus === "ERRORED" || Date.now() > deadline) throw new Error(`a sample ended ${datasetStatus}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

mkdirSync(imagesDir, { recursive: true });
const stateDir = mkdtempSync(join(tmpdir(), "letsdata-screenshots-"));
const running = await runStart({ stateDir, ...(await freePorts()) });
try {
  await takeAll(running);
} finally {
  await running.stop();
  removeStateDir(stateDir);
}
