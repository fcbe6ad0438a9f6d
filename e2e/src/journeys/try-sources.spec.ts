import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import type { Page } from "@playwright/test";
import { makeCustomersResources, recordIds } from "../access/customers-resources.ts";
import { datasetWithExactRole, type ExactJob } from "../access/dataset-with-exact-role.ts";
import { demoCustomer } from "../console/demo-customer.ts";
import { pasteIntoEditor } from "../console/editor.ts";
import { runCli } from "../console/run-cli.ts";
import { faultsInEveryLook } from "../console/screen-faults.ts";
import { expect, test } from "../console/test.ts";

const handler = "every-source";
let customer: Awaited<ReturnType<typeof demoCustomer>>;
let made: Awaited<ReturnType<typeof makeCustomersResources>>;

test.describe("trying a source first", () => {
  test.describe.configure({ mode: "serial" });

  test.beforeAll(async ({ product }) => {
    customer = await demoCustomer(product);
    await customer.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
    made = await makeCustomersResources(customer);
    await clientFor(SQSClient, customer.customer).send(new CreateQueueCommand({ QueueName: "nothing-there" }));
  });

  async function jobOn(name: string, job: Pick<ExactJob, "read" | "manifest" | "without">) {
    return datasetWithExactRole(customer, { name, handler: `${handler}.zip`, write: made.targets.SQS, ...job });
  }

  async function tryIn(page: Page, job: Readonly<Record<string, unknown>>) {
    await page.goto("/datasets/new");
    await pasteIntoEditor(page, JSON.stringify(job));
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
    await page.getByRole("button", { name: "Review and try" }).click();
    const trial = page.getByRole("region", { name: "Try it first" });
    await trial.getByRole("button", { name: "Try it" }).click();
    // Whatever came of it; "Trying…" stands there for a moment only.
    await expect(trial.locator("[aria-live=polite]")).not.toBeEmpty({ timeout: 90_000 });
    await expect(trial.getByRole("button", { name: "Try it" })).toBeEnabled();
    return trial;
  }

  test("a queue shows its messages, that they were given back, and an estimate of all of it", async ({ page }) => {
    const trial = await tryIn(page, await jobOn("TryQueue", made.sources.SQS));
    await expect(trial).toContainText(`queue source: ${recordIds.length} records, 7 documents, 0 skipped, 1 error`);
    await expect(trial.getByRole("list", { name: "Notes on the trial" })).toContainText("given back at once");
    await expect(trial.getByRole("list", { name: "Tried records" }).getByRole("listitem")).toHaveCount(5);
    const estimate = trial.getByRole("region", { name: "Estimate" });
    await expect(estimate).toContainText(/Tasks2Recordsabout 8/);
    await expect(estimate).not.toContainText("not known");
    expect(await faultsInEveryLook(page, "a tried queue")).toEqual([]);
  });

  test("a stream that goes on says what nobody knows, and what an hour of it costs", async ({ page }) => {
    const { read, manifest } = made.sources.KINESIS;
    const job = await jobOn("TryStream", {
      read,
      manifest: { ...manifest, kinesisReaderTaskStopCondition: "Continuous" },
    });
    const trial = await tryIn(page, job);
    await expect(trial.getByRole("list", { name: "Tried records" })).toContainText("partitionKey");
    const estimate = trial.getByRole("region", { name: "Estimate" });
    await expect(estimate).toContainText("Kinesis does not say how many records its shards hold.");
    await expect(estimate).toContainText("Each shard is read until the dataset is stopped.");
    await expect(estimate).toContainText("an hour");
    expect(await faultsInEveryLook(page, "a tried stream")).toEqual([]);
  });

  test("the command line tells the same of a table", async ({ product: { stateDir } }) => {
    const configFile = join(stateDir, "try-table.json");
    writeFileSync(configFile, JSON.stringify(await jobOn("TryTable", made.sources.DYNAMODB)));
    const told = await runCli(stateDir, "datasets", "try", "--configFile", configFile, "--output", "table");
    expect(told).toMatch(/tried: segment \d of 2/);
    expect(told).toMatch(/HANDLER_ERROR_DOC: bad1 is meant to fail|\{"documentId":"[a-g]"/);
    expect(told).toMatch(/estimate: 2 tasks; (about 8 records|records not known)/);
  });

  test("an empty queue and a missing right are told in words, with the statement to add", async ({ page }) => {
    const empty = {
      read: { ...made.sources.SQS.read, queueName: "nothing-there" },
      manifest: made.sources.SQS.manifest,
    };
    const trial = await tryIn(page, await jobOn("TryEmpty", empty));
    await expect(trial).toContainText("There was nothing to try.");
    await expect(trial).toContainText("The queue nothing-there had no message within 12 s.");
    await expect(trial.getByRole("region", { name: "Estimate" })).toContainText("Recordsnone");
    expect(await faultsInEveryLook(page, "a tried empty queue")).toEqual([]);

    const denied = await tryIn(page, await jobOn("TryDenied", { ...made.sources.DYNAMODB, without: "dynamodb:Scan" }));
    await expect(denied).toContainText(
      "AWS refused dynamodb:Scan on arn:aws:dynamodb:us-east-1:111122223333:table/source",
    );
    await expect(denied.getByRole("button", { name: "Copy the statement" })).toBeVisible();
    expect(await faultsInEveryLook(page, "a refused trial")).toEqual([]);
  });
});
