import { demoClient } from "../console/demo-client.ts";
import { isAlive, postgresPid, serverPids } from "../console/running-product.ts";
import { sampleConfig } from "../console/sample-dataset.ts";
import { expect, test } from "../console/test.ts";

test.describe("the page of a dataset stays true", () => {
  test("when the console's server is killed while the dataset runs", async ({ page, product }) => {
    const datasetName = "LiveThroughConsoleKill";
    const client = demoClient(product);
    await client.datasets.create(sampleConfig("movies-to-kinesis", { datasetName }));
    await page.goto(`/datasets/${datasetName}`);
    const badge = page.getByRole("status").filter({ hasText: /^(Live|Reconnecting…|Connecting…)$/ });
    await expect(badge).toHaveText("Live");
    await page.evaluate(() => Object.assign(window, { loadedOnce: true }));

    const killed = serverPids(product.stateDir).get("console") ?? 0;
    process.kill(killed, "SIGKILL");
    await expect(badge).toHaveText("Reconnecting…");
    await expect(badge).toHaveText("Live", { timeout: 120_000 });
    await expect(page.getByRole("progressbar", { name: `Progress of ${datasetName}` })).toHaveAttribute(
      "aria-valuetext",
      "8 of 8 tasks done, 0 errored, 0 running",
      { timeout: 180_000 },
    );
    await expect(page.getByRole("region", { name: "Balance" })).toContainText(/2,961\s*written/);
    expect(await page.evaluate(() => "loadedOnce" in window)).toBe(true);
    expect(isAlive(killed)).toBe(false);
    const isAnother = () => ![undefined, killed].includes(serverPids(product.stateDir).get("console"));
    await expect.poll(isAnother).toBe(true);
  });

  test("when PostgreSQL is killed while the dataset runs, and nothing is lost", async ({ page, product }) => {
    const datasetName = "LiveThroughDatabaseKill";
    await demoClient(product).datasets.create(sampleConfig("movies-to-kinesis", { datasetName }));
    await page.goto(`/datasets/${datasetName}`);
    await expect(page.getByRole("heading", { name: datasetName, level: 1 })).toBeVisible();
    await page.evaluate(() => Object.assign(window, { loadedOnce: true }));

    const killed = postgresPid(product.stateDir)!;
    process.kill(killed, "SIGKILL");
    const isAnother = () => ![null, killed].includes(postgresPid(product.stateDir));
    await expect.poll(isAnother, { timeout: 60_000 }).toBe(true);
    // What was under way is begun again once its heartbeat was missed.
    await expect(page.getByRole("main")).toContainText(", COMPLETED", { timeout: 180_000 });
    const balance = page.getByRole("region", { name: "Balance" });
    await expect(balance).toContainText(/3,201\s*read/);
    await expect(balance).toContainText(/2,961\s*written/);

    await page.getByRole("navigation", { name: "Dataset" }).getByRole("link", { name: "Tasks" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Completed" })).toHaveCount(8);
    expect(await page.evaluate(() => "loadedOnce" in window)).toBe(true);
  });
});
