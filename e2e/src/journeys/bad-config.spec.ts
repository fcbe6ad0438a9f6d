import { demoClient } from "../console/demo-client.ts";
import { pasteIntoEditor } from "../console/editor.ts";
import { sampleConfig, sampleText } from "../console/sample-dataset.ts";
import { expect, test } from "../console/test.ts";

test.describe("a configuration that is wrong", () => {
  test("is repaired on paste where only the JSON is, and the person reads what was changed", async ({ page }) => {
    const broken = sampleText("movies-to-kinesis")
      .replace("{", "{ // our films")
      .replace('"kinesisShardCount": 2', '"kinesisShardCount": 2,')
      .replace(/"MoviesToKinesis",/, '"RepairedMovies"');
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, broken);
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
    const changed = page.getByRole("list", { name: "Changed for you" });
    await expect(changed).toContainText("comment");
    await expect(changed).toContainText(/comma/);
    const editor = page.getByRole("textbox", { name: "Dataset JSON" });
    await expect(editor).not.toContainText("our films");
    await expect(editor).toContainText("RepairedMovies");
  });

  test("is told at its place: an unknown attribute with the nearest known, a missing one with its path", async ({
    page,
    product,
  }) => {
    const config = sampleConfig("movies-to-kinesis", { datasetName: "NeverCreated" });
    const { bucketName, ...reader } = config.readConnector as Record<string, unknown>;
    const wrong = { ...config, readConnector: { ...reader, bucketNme: bucketName } };
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, JSON.stringify(wrong, null, 2));
    await expect(page.getByRole("status").filter({ hasText: /^\d+ problems?$/ })).toBeVisible();
    const check = page.getByRole("region", { name: "Check", exact: true });
    await expect(check).toContainText("readConnector.bucketNme");
    await expect(check).toContainText("bucketName");
    await expect(page.locator(".cm-lintRange-error").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Create dataset" })).toBeDisabled();

    await check.getByRole("button", { name: /readConnector\.bucketNme/ }).click();
    await expect(page.locator(".cm-activeLine")).toContainText("bucketNme");
    const { items } = await demoClient(product).datasets.list({ text: "NeverCreated" });
    expect(items).toEqual([]);
  });

  test("with a bucket that is not there fails Check access by name", async ({ page }) => {
    const config = sampleConfig("movies-to-kinesis", { datasetName: "MissingBucket" });
    const reader = { ...(config.readConnector as object), bucketName: "letsdata-demo-no-such-bucket" };
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, JSON.stringify({ ...config, readConnector: reader }, null, 2));
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
    await page.getByRole("button", { name: "Check access" }).click();
    const access = page.getByRole("region", { name: "Access" });
    await expect(access).toContainText("letsdata-demo-no-such-bucket");
    await expect(access).toContainText("readConnector");
    await expect(access.getByText("Every resource answered")).toHaveCount(0);
  });

  test("with a role that lets nobody in ends ERRORED, and the page says which action on what, and the mend", async ({
    page,
  }) => {
    const accessGrantRoleArn = "arn:aws:iam::111122223333:role/LetsData_AccessRole_Absent";
    const config = sampleConfig("movies-to-kinesis", { datasetName: "WrongRole", accessGrantRoleArn });
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, JSON.stringify(config, null, 2));
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
    await page.getByRole("button", { name: "Create dataset" }).click();
    await expect(page.getByRole("heading", { name: "WrongRole", level: 1 })).toBeVisible();
    const main = page.getByRole("main");
    await expect(main).toContainText(", ERRORED", { timeout: 120_000 });
    await expect(main).toContainText("sts:AssumeRole");
    await expect(main).toContainText(accessGrantRoleArn);
    await expect(main).toContainText(/trust/i);
  });
});
