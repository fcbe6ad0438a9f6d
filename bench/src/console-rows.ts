import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOrInstallBrowser } from "../../e2e/src/find-browser.ts";
import { freePorts } from "../../e2e/src/free-ports.ts";
import { removeStateDir } from "../../e2e/src/remove-state-dir.ts";
import { type RunningStart, runStart } from "../../e2e/src/run-start.ts";
import { buildConsole } from "../../scripts/start/build-console.ts";
import { quantile } from "./alternate.ts";
import { installLighthouse, measurePage, type PageFigures } from "./lighthouse.ts";
import { type Scene, startPart } from "./scene.ts";
import { withTools } from "./with-tools.ts";

const repositoryDir = join(import.meta.dirname, "../..");
const pages = { "sign-in page": "/sign-in", "list of datasets": "/datasets" } as const;
const emptyPage = '<!doctype html><html lang="en"><title>Bare</title><p>Bare</p></html>';

/** (i) Pages of the console of a whole product, loaded cold in Chromium, each in turn with an empty page. */
export async function consoleRows(scene: Scene): Promise<void> {
  const name = { row: "i", what: "console: first paint and Lighthouse" };
  const find = async (): Promise<string> => {
    const browser = await findOrInstallBrowser();
    await installLighthouse();
    return browser;
  };
  await withTools(scene, name, { names: "Chromium and Lighthouse", find }, (browser) => measurePages(scene, browser));
}

async function measurePages(scene: Scene, browser: string): Promise<void> {
  const bareUrl = await serveEmptyPage(scene);
  const running = await startProduct(scene);
  const cookie = await signedIn(running);
  for (const [name, path] of Object.entries(pages)) {
    const of: { readonly page: PageFigures; readonly bare: PageFigures }[] = [];
    for (let round = 0; round < (scene.quick ? 1 : 3); round++) {
      const bare = await measurePage(browser, bareUrl, null);
      const url = `${running.address}${path}`;
      of.push({ bare, page: await measurePage(browser, url, path === pages["sign-in page"] ? null : cookie) });
    }
    const median = (figure: (each: (typeof of)[number]) => number) => quantile(of.map(figure), 0.5);
    scene.report({
      row: "i",
      what: `console, ${name}: first paint (bare: an empty page)`,
      unit: "ms",
      value: median(({ page }) => page.firstPaintMilliseconds),
      bare: median(({ bare }) => bare.firstPaintMilliseconds),
      ratio: median(({ page, bare }) => page.firstPaintMilliseconds / bare.firstPaintMilliseconds),
      limit: { kind: "at most", of: "value", bar: 1_000 },
    });
    scene.report({
      row: "i",
      what: `console, ${name}: Lighthouse performance (bare: an empty page)`,
      unit: "points",
      value: median(({ page }) => page.score),
      bare: median(({ bare }) => bare.score),
      ratio: median(({ page, bare }) => page.score / bare.score),
      limit: { kind: "at least", of: "value", bar: 90 },
    });
  }
}

async function serveEmptyPage({ parts }: Scene): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(emptyPage);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  parts.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** As the README says, on its own ports and state. */
async function startProduct(scene: Scene): Promise<RunningStart> {
  const { parts } = scene;
  const stateDir = mkdtempSync(join(tmpdir(), "letsdata-bench-product-"));
  parts.defer(() => removeStateDir(stateDir));
  const { consolePort, cloudPort } = await freePorts();
  const build = new AbortController();
  const start = async (): Promise<RunningStart> => {
    // Before, because a start is given up when a busy machine builds for minutes.
    await buildConsole(repositoryDir, join(stateDir, "build.log"), () => {}, build.signal);
    return runStart({ stateDir, consolePort, cloudPort });
  };
  const starting = startPart(scene, start());
  parts.defer(() => build.abort());
  return starting;
}

/** The demo user's session as a cookie. */
async function signedIn({ address, login }: RunningStart): Promise<string> {
  const answer = await fetch(`${address}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: address },
    body: JSON.stringify({ email: login.emailAddress, password: login.password }),
  });
  if (!answer.ok) throw new Error(`the sign-in of the demo user answered ${answer.status}`);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
