import { randomBytes } from "node:crypto";
import { writeAudit } from "@letsdata/database/stores/audit-store";
import { createDataset as storeDataset } from "@letsdata/database/stores/dataset-store";
import { withIdempotencyKey } from "@letsdata/database/stores/idempotency-store";
import { concurrencyOf } from "@letsdata/dataset/dataset-config";
import { signedIn } from "../authorise.ts";
import { requireRunnableConfig } from "./parse-config.ts";
import { presentDataset } from "./present-dataset.ts";
import { requireOwnInputs } from "./require-own-inputs.ts";

/** Parsed config, unique name, status CREATED, audit row, job enqueued: one transaction. */
export const createDataset = signedIn.datasets.create.handler(async ({ context, input }) => {
  const { tenantId, userId, dependencies } = context;
  const config = requireRunnableConfig(input, dependencies.cloud.runtimes);
  await requireOwnInputs(dependencies.database, tenantId, config);
  const call = { tenantId, key: context.idempotencyKey, request: ["datasets.create", userId, input] };
  return await withIdempotencyKey(dependencies.database, call, async (transaction) => {
    const now = dependencies.clock.now();
    const dataset = await storeDataset(transaction, {
      datasetId: dependencies.randomId().replaceAll("-", ""),
      tenantId,
      userId,
      name: config.datasetName,
      config: { ...config },
      concurrency: concurrencyOf(config.computeEngine),
      externalId: config.customerAccessExternalId === "Generate" ? randomBytes(16).toString("hex") : null,
      createdAt: now,
    });
    const { datasetId } = dataset;
    await writeAudit(transaction, { tenantId, userId, action: "datasets.create", target: datasetId });
    const options = { singletonKey: datasetId, group: tenantId };
    await dependencies.jobs.enqueue(transaction, "initialise-dataset", { datasetId }, options);
    return await presentDataset({ database: transaction, clock: dependencies.clock }, dataset);
  });
});
