import { demoClient } from "../console/demo-client.ts";
import { expect, test } from "../console/test.ts";

test.describe("an update of a dataset", () => {
  test("of the compute engine is shown before it is made, and is a revision afterwards, without a pointer", async ({
    page,
    product,
    finishedDataset,
  }) => {
    const { config } = await demoClient(product).datasets.view({ dataset: finishedDataset });
    const { concurrency } = config.computeEngine as { readonly concurrency: number };
    const next = concurrency + 1;

    await page.goto(`/datasets/${finishedDataset}`);
    await page.getByRole("button", { name: "More actions" }).focus();
    await page.keyboard.press("Enter");
    // An open menu takes the focus a moment after it is seen.
    await expect(page.getByRole("menuitem").first()).toBeFocused();
    await page.getByRole("menuitem", { name: "Update compute engine…" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: `Update the compute engine of ${finishedDataset}` });
    const show = dialog.getByRole("button", { name: "Show changes" });
    const update = dialog.getByRole("button", { name: "Update", exact: true });
    await expect(update).toBeDisabled();

    await dialog.locator('[data-path="computeEngine.concurrency"]').focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("0");
    await expect(dialog.locator('[data-path="computeEngine.concurrency"]')).toHaveAttribute("aria-invalid", "true");
    await expect(show).toBeDisabled();

    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(String(next));
    await show.focus();
    await page.keyboard.press("Enter");
    const changes = dialog.getByRole("region", { name: "What changes" });
    await expect(changes).toContainText("computeEngine.concurrency");
    await expect(changes.getByRole("deletion")).toHaveText(String(concurrency));
    await expect(changes.getByRole("insertion")).toHaveText(String(next));
    await update.focus();
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();

    await page.getByRole("navigation", { name: "Dataset" }).getByRole("link", { name: "Configuration" }).click();
    const revisions = page.getByRole("region", { name: "Revisions" });
    const newest = revisions.getByRole("region", { name: /^What revision \d+ changed$/ });
    await expect(newest.getByRole("insertion")).toHaveText(String(next), { timeout: 120_000 });
    await expect(newest.getByRole("deletion")).toHaveText(String(concurrency));
    await expect(page.getByRole("main")).toContainText(", COMPLETED", { timeout: 120_000 });
  });

  test("whose JSON is broken says at which line, and asks the server nothing", async ({ page, finishedDataset }) => {
    await page.goto(`/datasets/${finishedDataset}`);
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Update compute engine…" }).click();
    const dialog = page.getByRole("dialog", { name: /^Update the compute engine/ });
    await dialog.getByRole("radio", { name: "JSON" }).click();
    const text = dialog.getByLabel("Compute engine", { exact: true });
    await text.fill('{\n  "concurrency" 3\n}');
    await expect(dialog).toContainText("Line 2: A colon is missing here");
    await expect(dialog.getByRole("button", { name: "Show changes" })).toBeDisabled();
    await text.fill('{ "computeEngineType": "LAMBDA", "concurency": 3 }');
    await expect(dialog).toContainText("concurency");
    await expect(dialog.getByRole("button", { name: "Show changes" })).toBeDisabled();
  });
});
