import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../scripts/run-command.ts";
import { demoClient } from "../console/demo-client.ts";
import { isAlive, postgresPid, serverPids } from "../console/running-product.ts";
import { sampleConfig } from "../console/sample-dataset.ts";
import { signIn } from "../console/sign-in.ts";
import { expect, nobody, test } from "../console/test.ts";
import { freePorts, type StartPorts } from "../free-ports.ts";
import { isPortFree } from "../is-port-free.ts";
import { removeStateDir } from "../remove-state-dir.ts";
import { type RunningStart, runStart } from "../run-start.ts";

const repositoryDir = join(import.meta.dirname, "../../..");
const datasetName = "KeptOverStarts";
/** Some times what it takes: a machine may stand still for a while. */
const secondStartSecondsMax = 120;

test.describe.configure({ mode: "serial" });
test.use({ storageState: nobody });

test.describe("starting and stopping", () => {
  let stateDir: string;
  let ports: StartPorts;
  let running: RunningStart | undefined;

  test.beforeAll(async () => {
    stateDir = mkdtempSync(join(tmpdir(), "letsdata-e2e-again-"));
    ports = await freePorts();
  });

  test.afterAll(async () => {
    await running?.stop();
    removeStateDir(stateDir);
  });

  const start = async () => {
    const startedAt = performance.now();
    running = await runStart({ stateDir, ...ports });
    return { started: running, seconds: (performance.now() - startedAt) / 1000 };
  };
  const expectEverythingEnded = async (pids: readonly number[]) => {
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    for (const port of Object.values(ports)) {
      await expect.poll(() => isPortFree(port), { timeout: 20_000 }).toBe(true);
    }
  };
  const pidsNow = () => [...serverPids(stateDir).values(), postgresPid(stateDir)!];

  test("a second copy runs beside the first; Ctrl-C ends all of it and frees its ports", async ({ product }) => {
    const { started } = await start();
    expect(started.address).not.toBe(product.address);
    for (const { address } of [started, product]) expect((await fetch(`${address}/api/v1/health`)).status).toBe(200);
    await demoClient(started).datasets.create(sampleConfig("movies-to-kinesis", { datasetName }));
    const pids = pidsNow();
    expect(pids).toHaveLength(5);
    await started.stop();
    expect(started.process.exitCode).toBe(0);
    expect(started.output()).toContain("stopped");
    await expectEverythingEnded(pids);
  });

  test("the next start is quick and goes on where the last one ended", async ({ page }) => {
    const { started, seconds } = await start();
    console.log(`second start: ready in ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(secondStartSecondsMax);
    expect(started.output()).not.toContain("building");
    await page.goto(`${started.address}/sign-in`);
    await signIn(page, started.login);
    await expect(page.getByRole("link", { name: datasetName })).toBeVisible();
    await page.goto(`${started.address}/datasets/${datasetName}`);
    await expect(page.getByRole("region", { name: "Balance" })).toContainText(/2,961\s*written/, { timeout: 180_000 });
  });

  test("a start whose port is taken says which variable chooses another, and ends with 1", async ({ product }) => {
    const otherState = mkdtempSync(join(tmpdir(), "letsdata-e2e-taken-"));
    const taken = new URL(product.address).port;
    const { consolePort, cloudPort } = await freePorts();
    for (const variable of ["LETSDATA_CONSOLE_PORT", "LETSDATA_CLOUD_PORT"]) {
      const { code, output } = await runCommand(process.execPath, [join(repositoryDir, "scripts/start/main.ts")], {
        cwd: repositoryDir,
        env: {
          ...process.env,
          LETSDATA_STATE_DIR: otherState,
          LETSDATA_CONSOLE_PORT: String(consolePort),
          LETSDATA_CLOUD_PORT: String(cloudPort),
          [variable]: taken,
        },
      });
      expect(code).toBe(1);
      expect(output).toContain(`port ${taken}`);
      expect(output).toContain(`${variable}=`);
      expect(output).not.toContain("    at ");
    }
    removeStateDir(otherState);
  });

  test("a start on the folder of a running one says so instead of harming it", async () => {
    await expect(runStart({ stateDir, ...(await freePorts()) })).rejects.toThrow(
      /another start \(process \d+\) already runs on this state folder/,
    );
    expect((await fetch(`${running?.address}/api/v1/health`)).status).toBe(200);
  });

  test("after a launcher that was killed the next start takes over what it left", async () => {
    const launcher = running?.process;
    const left = pidsNow();
    launcher?.kill("SIGKILL");
    if (launcher?.exitCode === null && launcher.signalCode === null) await once(launcher, "exit");
    const { started } = await start();
    const view = await demoClient(started).datasets.view({ dataset: datasetName });
    expect(view.counts.documentsWritten).toBe(2961);
    const stillThere = left.filter((pid) => isAlive(pid) && pid !== postgresPid(stateDir));
    expect(stillThere).toEqual([]);
    const pids = pidsNow();
    await started.stop();
    await expectEverythingEnded(pids);
  });
});
