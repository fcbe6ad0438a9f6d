import { test as base, expect } from "@playwright/test";
import { demoClient } from "./demo-client.ts";
import { type RunningProduct, runningProduct } from "./running-product.ts";
import { sampleConfig } from "./sample-dataset.ts";
import type { Session } from "./sign-in.ts";

interface WorkerFixtures {
  readonly product: RunningProduct;
  /** The demo user, signed in by the global setup. */
  readonly demoSession: Session;
  /** Name of a dataset that ran to its end, with error records and skipped records. */
  readonly finishedDataset: string;
}

let journeys = 0;

/** Pages are the demo user's, signed in; a journey of somebody else says `test.use({ storageState: nobody })`. */
export const test = base.extend<object, WorkerFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from the pattern.
  product: [async ({}, use) => use(runningProduct()), { scope: "worker" }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from the pattern.
  demoSession: [async ({}, use) => use(runningProduct().session), { scope: "worker" }],
  finishedDataset: [
    async ({ product }, use) => {
      const datasetName = `FinishedMovies${process.pid}`;
      const client = demoClient(product);
      await client.datasets.create(sampleConfig("movies-to-kinesis", { datasetName }));
      await expect
        .poll(async () => (await client.datasets.view({ dataset: datasetName })).datasetStatus, { timeout: 180_000 })
        .toBe("COMPLETED");
      await use(datasetName);
    },
    { scope: "worker", timeout: 240_000 },
  ],
  baseURL: async ({ product }, use) => use(product.address),
  storageState: async ({ demoSession }, use) => use(demoSession),
  // Each comes from an address of its own, as behind a proxy: who signs in beside it must not use up the few attempts of one address.
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from the pattern.
  extraHTTPHeaders: async ({}, use, { workerIndex }) => {
    journeys += 1;
    await use({ "x-forwarded-for": `10.${workerIndex % 256}.${Math.floor(journeys / 256) % 256}.${journeys % 256}` });
  },
});

export const nobody: Session = { cookies: [], origins: [] };

export { expect };
