import { pasteIntoEditor } from "../console/editor.ts";
import { runCli, runCliJson } from "../console/run-cli.ts";
import { sampleText } from "../console/sample-dataset.ts";
import { signIn } from "../console/sign-in.ts";
import { expect, nobody, test } from "../console/test.ts";
import { watchStatuses } from "../console/watch-statuses.ts";

const name = "MoviesToKinesis";

test.describe.configure({ mode: "serial" });

test.describe("from a pasted JSON to the finished output", () => {
  test.describe("a stranger", () => {
    test.use({ storageState: nobody });

    test("is asked to sign in, hears when the password is wrong, and lands where they wanted", async ({
      page,
      product,
    }) => {
      await page.goto("/usage");
      await expect(page).toHaveURL(/\/sign-in\?next=/);
      await signIn(page, { ...product.login, password: "not the password" });
      await expect(page.getByRole("alert").filter({ hasText: "wrong" })).toHaveText("E-mail or password is wrong.");
      await signIn(page, product.login);
      await expect(page).toHaveURL(/\/usage$/);
    });
  });

  test("a person pastes the sample, checks access, creates it and watches it finish without a reload", async ({
    page,
  }) => {
    await page.goto("/datasets");
    await page.getByRole("link", { name: "Create dataset" }).first().click();
    await expect(page.getByRole("radio", { name: "JSON" })).toBeChecked();
    await pasteIntoEditor(page, sampleText("movies-to-kinesis"));
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();

    await page.getByRole("button", { name: "What access policy do I need?" }).click();
    const policy = page.getByRole("dialog", { name: "Access policy" });
    await expect(policy).toContainText("s3:GetObject");
    await expect(policy).toContainText("sts:ExternalId");
    await policy.getByRole("button", { name: "Close" }).click();

    await page.getByRole("button", { name: "Check access" }).click();
    await expect(page.getByText("Every resource answered")).toBeVisible();

    const statusesSeen = await watchStatuses(page);
    await page.getByRole("button", { name: "Create dataset" }).click();
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await expect(page.getByRole("progressbar", { name: `Progress of ${name}` })).toHaveAttribute(
      "aria-valuetext",
      "8 of 8 tasks done, 0 errored, 0 running",
      { timeout: 180_000 },
    );
    await expect.poll(async () => (await statusesSeen()).at(-1)).toBe("COMPLETED");
    const order = ["CREATED", "INITIALIZING", "QUEUED", "PROCESSING", "COMPLETED"];
    const seen = await statusesSeen();
    expect(seen).toContain("PROCESSING");
    expect(seen).toEqual([...seen].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
  });

  test("every record is accounted for, and the page says where the output is", async ({ page }) => {
    await page.goto(`/datasets/${name}`);
    const balance = page.getByRole("region", { name: "Balance" });
    for (const term of [/3,201\s*read/, /2,961\s*written/, /208\s*skipped/, /32\s*errored/]) {
      await expect(balance).toContainText(term);
    }
    await expect(balance).toContainText("Every record is accounted for");
    await expect(page.getByRole("region", { name: "Components" })).toContainText("KINESIS");
    await expect(page.getByRole("region", { name: "Resources" })).toContainText("arn:aws:kinesis:us-east-1:");
    await expect(page.getByRole("region", { name: "Read the output" })).toContainText("letsdata read kinesis");
    await expect(page.getByRole("region", { name: "Flow" })).toContainText("2,961 documents");
  });

  test("the list shows every column of it, and hides the ones not wanted", async ({ page }) => {
    await page.goto("/datasets");
    const table = page.getByRole("table", { name: "Datasets" });
    const columns = [
      "Dataset",
      "Status",
      "Progress",
      "Read",
      "Write",
      "Errors to",
      "Compute",
      "Manifest",
      "Last run",
      "Created",
    ];
    await expect(table.getByRole("columnheader")).toHaveText(columns);
    const row = table.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
    await expect(row).toContainText("COMPLETED");
    await expect(row).toContainText("8/8");
    await expect(row).toContainText("KINESIS");
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Manifest" }).click();
    await page.keyboard.press("Escape");
    await expect(table.getByRole("columnheader", { name: "Manifest" })).toHaveCount(0);
    await expect(table.getByRole("columnheader")).toHaveCount(columns.length - 1);
  });

  test("each task shows its progress and checkpoint, and opens beside the list", async ({ page }) => {
    await page.goto(`/datasets/${name}/tasks`);
    const rows = page.getByRole("table", { name: "Tasks" }).getByRole("row").filter({ hasText: "Completed" });
    await expect(rows).toHaveCount(8);
    await rows
      .first()
      .getByRole("button", { name: /^Task / })
      .click();
    const panel = page.getByRole("dialog", { name: "Task" });
    await expect(panel).toContainText("COMPLETED");
    await expect(panel).toContainText("Checkpoint");
    await expect(panel).toContainText("movies/part-0");
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
  });

  test("a failed record shows its message, its offsets and its source bytes", async ({ page }) => {
    await page.goto(`/datasets/${name}`);
    await page.getByRole("navigation", { name: "Dataset" }).getByRole("link", { name: "Errors" }).click();
    await expect(page.getByRole("navigation", { name: "Error files" })).toContainText(/\d+ errors/);
    const records = page.getByRole("table", { name: "Error records" });
    await records.getByRole("button").first().click();
    const panel = page.getByRole("dialog", { name: "Error record" });
    await expect(panel).toContainText(/Title is not text|Release Date lies in the future/);
    await expect(panel).toContainText(/bytes \d+ to \d+/);
    await expect(panel).toContainText("HANDLER_ERROR_DOC");
    await expect(panel).toContainText('"US Gross"');
  });

  test("the command line lists and views it, and reads all 2,961 documents back through the access role", async ({
    product,
  }) => {
    const { stateDir } = product;
    expect(await runCli(stateDir, "datasets", "list", "--output", "table")).toContain(name);
    const view = await runCliJson<{ datasetStatus: string; counts: { documentsWritten: number } }>(
      stateDir,
      ...["datasets", "view", "--datasetName", name],
    );
    expect(view.datasetStatus).toBe("COMPLETED");
    expect(view.counts.documentsWritten).toBe(2961);

    const read = ["read", "kinesis"] as const;
    const shards = await runCliJson<{ items: { shardId: string }[] }>(
      stateDir,
      ...[...read, "listShards", "--datasetName", name],
    );
    expect(shards.items).toHaveLength(2);
    const titles = new Set<string>();
    let documents = 0;
    for (const { shardId } of shards.items) {
      let from = ["--shardId", shardId];
      for (let behind: number | null = 1; behind; ) {
        const page: Records = await runCliJson(stateDir, ...read, "getRecords", "--datasetName", name, ...from);
        for (const { data } of page.records) titles.add((JSON.parse(data) as { title: string }).title);
        documents += page.records.length;
        behind = page.nextShardIterator === null ? null : page.millisBehindLatest;
        from = ["--shardIterator", page.nextShardIterator ?? ""];
      }
    }
    expect(documents).toBe(2961);
    expect(titles.size).toBeGreaterThan(2900);
  });

  test("the command line creates the S3 sample, waits for it, lists and gets its output", async ({ product }) => {
    const { stateDir } = product;
    const configFile = "samples/datasets/zip-codes-to-s3.json";
    await runCli(stateDir, "datasets", "create", "--configFile", configFile, "--wait", "--waitSeconds", "180");
    const list = ["read", "s3", "list", "--datasetName", "ZipCodesToS3"];
    const { items } = await runCliJson<{ items: { key: string; bytes: number }[] }>(stateDir, ...list);
    const { key } = items.find((object) => object.key.startsWith("zip-codes/")) ?? { key: "" };
    expect(key).not.toBe("");
    const text = await runCli(stateDir, "read", "s3", "get", "--datasetName", "ZipCodesToS3", "--key", key);
    const lines = text.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines) JSON.parse(line);
  });
});

interface Records {
  readonly records: readonly { readonly data: string }[];
  readonly nextShardIterator: string | null;
  readonly millisBehindLatest: number | null;
}
