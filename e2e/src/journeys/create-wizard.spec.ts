import type { Page } from "@playwright/test";
import { pasteIntoEditor } from "../console/editor.ts";
import { holdScripts } from "../console/hold-scripts.ts";
import { sampleConfig, sampleText } from "../console/sample-dataset.ts";
import { expect, test } from "../console/test.ts";

const config = sampleConfig("zip-codes-to-s3", { datasetName: "ByWizard" }) as Record<string, Record<string, string>>;

test.describe("the wizard", () => {
  test("creates a dataset step by step, without a pointer", async ({ page }) => {
    await page.goto("/datasets/new?by=form");
    await fill(page, "Name and region", { datasetName: "ByWizard", region: "us-east-1" });
    for (const [step, component] of [
      ["Read", "readConnector"],
      ["Handler", "readConnector"],
      ["Write", "writeConnector"],
      ["Errors", "errorConnector"],
      ["Compute", "computeEngine"],
      ["Manifest", "manifestFile"],
    ] as const) {
      await fill(page, step, config[component]!, component);
    }
    const { accessGrantRoleArn, customerAccountForAccess } = config as unknown as Record<string, string>;
    await fill(page, "Access", {
      accessGrantRoleArn: accessGrantRoleArn!,
      customerAccountForAccess: customerAccountForAccess!,
    });
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
    await expect(page.getByRole("region", { name: "What will be made" })).toContainText("S3 bucket");
    const create = page.getByRole("button", { name: "Create dataset" });
    await create.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "ByWizard", level: 1 })).toBeVisible();
  });

  test("keeps what was typed before the page's scripts were there", async ({ page }) => {
    const scripts = await holdScripts(page);
    await page.goto("/datasets/new?by=form", { waitUntil: "commit" });
    const name = page.getByLabel("Dataset name");
    await name.fill("TypedEarly");
    await expect(page.getByRole("button", { name: /^Next: / })).toBeDisabled();
    scripts.release();
    await expect(page.getByRole("button", { name: /^Next: / })).toBeEnabled();
    await expect(name).toHaveValue("TypedEarly");
    await expect(page.getByRole("region", { name: "The JSON so far" })).toContainText('"datasetName": "TypedEarly"');
  });

  test("keeps every value from door to door, also what does not go with a choice", async ({ page }) => {
    await page.goto("/datasets/new");
    const odd = { ...sampleConfig("movies-to-kinesis", { datasetName: "TwoDoors" }), readerType: "kept" };
    await pasteIntoEditor(page, JSON.stringify(odd).replace('"SINGLEFILEREADER"', '"Single File Reader"'));
    await page.getByRole("radio", { name: "Form" }).click();
    await expect(page.getByLabel("Dataset name")).toHaveValue("TwoDoors");
    await expect(page.getByRole("region", { name: "Also in the JSON" })).toContainText('readerType: "kept"');
    await page.getByRole("button", { name: "Next: Read" }).click();
    await expect(page.getByLabel("Reader type")).toHaveValue("SINGLEFILEREADER");
    await page.getByLabel("Destination").selectOption("SQS");
    await expect(page.getByRole("region", { name: "Also in the JSON" })).toContainText("readConnector.bucketName");
    await page.getByLabel("Destination").selectOption("S3");
    await expect(page.getByLabel("Bucket", { exact: true })).toHaveValue("letsdata-demo-data");
    await page.getByRole("radio", { name: "JSON" }).click();
    await expect(page.getByRole("textbox", { name: "Dataset JSON" })).toContainText("kept");
  });

  test("leads from a problem to its field, and offers the draft when the person comes back", async ({ page }) => {
    const wrong = sampleText("movies-to-kinesis").replace('"kinesisShardCount": 2', '"kinesisShardCount": 9000');
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, wrong);
    await page.getByRole("radio", { name: "Form" }).click();
    await page.getByRole("button", { name: /^Write, Shards/ }).click();
    await expect(page.getByLabel("Shards")).toBeFocused();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("3");
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();

    await page.goto("/datasets/new?by=form");
    const offer = page.getByRole("region", { name: "Unfinished draft" });
    await expect(offer).toContainText("MoviesToKinesis");
    await offer.getByRole("button", { name: "Resume" }).click();
    await expect(page.getByLabel("Dataset name")).toHaveValue("MoviesToKinesis");
    await page.goto("/datasets/new");
    await offer.getByRole("button", { name: "Discard" }).click();
    await page.reload();
    // What the scripts show stands there: an offer would, too.
    await expect(page.getByRole("textbox", { name: "Dataset JSON" })).toBeVisible();
    await expect(offer).toHaveCount(0);
  });

  test("builds the manifest from what lies under a prefix", async ({ page }) => {
    const without = { ...sampleConfig("movies-to-kinesis", { datasetName: "FromPrefix" }), manifestFile: undefined };
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, JSON.stringify(without));
    await page.getByRole("radio", { name: "Form" }).click();
    await page
      .getByRole("navigation", { name: "Steps" })
      .getByRole("button", { name: /Manifest/ })
      .click();
    const builder = page.getByRole("region", { name: "Build from a bucket" });
    await builder.getByLabel("Prefix").fill("movies/");
    await builder.getByLabel(/^Keys end with/).fill(".nothing");
    await page.keyboard.press("Enter");
    await expect(builder).toContainText("No object matches");
    await builder.getByLabel(/^Keys end with/).fill(".gz");
    await page.keyboard.press("Enter");
    await builder.getByRole("button", { name: "Use these 8 lines" }).click();
    await expect(page.locator('[data-path="manifestFile.fileContents"]')).toHaveValue(/part-00.*\n.*part-01/);
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
  });

  test("edits a map of names and texts as rows, by keyboard", async ({ page }) => {
    const readConnector = { connectorDestination: "S3", readerType: "SPARKREADER", sparkReadOptions: { sep: ";" } };
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, JSON.stringify({ readConnector }));
    await page.getByRole("radio", { name: "Form" }).click();
    await page.getByRole("button", { name: "Next: Read" }).click();
    const rows = page.getByRole("group", { name: "Read options" });
    await expect(rows.getByLabel("Read options, name 1")).toHaveValue("sep");
    await rows.getByRole("button", { name: "Add a row" }).focus();
    await page.keyboard.press("Enter");
    await expect(rows.getByLabel("Read options, name 2")).toBeFocused();
    await page.keyboard.type("header");
    await page.keyboard.press("Tab");
    await page.keyboard.type("true");
    await rows.getByRole("button", { name: "Remove sep" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: "JSON" }).click();
    const editor = page.getByRole("textbox", { name: "Dataset JSON" });
    await expect(editor).toContainText('"header": "true"');
    await expect(editor).not.toContainText('"sep"');
  });

  test("tries the handler on the first records before anything is made", async ({ page }) => {
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, sampleText("movies-to-kinesis"));
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
    await page.getByRole("button", { name: "Review and try" }).click();
    const trial = page.getByRole("region", { name: "Try it first" });
    await trial.getByRole("button", { name: "Try it" }).click();
    await expect(trial.getByRole("list", { name: "Tried records" }).getByRole("listitem")).toHaveCount(5, {
      timeout: 60_000,
    });
    await expect(trial).toContainText("20 records");
    await expect(trial.getByRole("region", { name: "Estimate" })).toContainText("Tasks");
  });
});

/** Fills the fields of a step that the configuration states, by keyboard, and goes on. */
async function fill(
  page: Page,
  step: string,
  values: Readonly<Record<string, unknown>>,
  component = "",
): Promise<void> {
  await expect(page.getByRole("heading", { name: step, level: 2, exact: true })).toBeVisible();
  const next = page.getByRole("button", { name: /^Next: / });
  // Fields that depend on others are there only once the scripts are.
  await expect(next).toBeEnabled();
  for (const [name, value] of Object.entries(values)) {
    const control = page.locator(`[data-path="${component === "" ? name : `${component}.${name}`}"]`);
    if ((await control.count()) === 0) continue;
    await control.focus();
    if ((await control.evaluate((element) => element.tagName)) === "SELECT") await control.selectOption(String(value));
    else await page.keyboard.insertText(String(value));
  }
  await next.focus();
  await page.keyboard.press("Enter");
}
