import { join } from "node:path";
import { putRole } from "@letsdata/aws/identity-roles";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasetJson, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { makeCustomersResources, recordIds } from "./customers-resources.ts";

const handler = "every-source";
const SETTLE_SECONDS = 180;
const good = recordIds.filter((id) => !id.startsWith("bad")).length;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  installation.startWorker({ LETSDATA_TASK_SLOTS: "6" });
});
afterAll(() => installation?.stop());

interface Job {
  readonly name: string;
  readonly read: Readonly<Record<string, unknown>>;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly write: Readonly<Record<string, unknown>>;
}

/** Everything it touches is the customer's; a role of its own, with exactly the documents the API generates, lets LetsData in. */
async function datasetOf({ name, read, manifest, write }: Job): Promise<Record<string, unknown>> {
  const roleName = `LetsData_AccessRole_${name}`;
  const job: Record<string, unknown> = {
    ...datasetJson(installation, {
      name,
      handler: `${handler}.zip`,
      keys: [],
      write: { resourceLocation: "Customer", ...write },
    }),
    accessGrantRoleArn: `arn:aws:iam::${installation.customerAccountId}:role/${roleName}`,
    readConnector: {
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}.zip`,
      ...read,
    },
    errorConnector: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "exact-errors" },
    manifestFile: manifest,
  };
  delete job.customerAccountForAccess;
  const { policy, trustPolicy } = await installation.client.datasets.accessPolicy(job);
  await putRole(installation.customer, {
    name: roleName,
    description: "Exactly what was generated",
    trust: trustPolicy as unknown as PolicyDocument,
    policies: { Generated: policy as unknown as PolicyDocument },
  });
  return job;
}

test("a dataset over every source and every target of a customer runs to the end with exactly the generated policy", async () => {
  const { sources, targets } = await makeCustomersResources(installation);
  const jobs: Job[] = [
    ...Object.entries(sources).map(([name, source]) => ({ name: `From${name}`, ...source, write: targets.S3 })),
    ...Object.entries(targets)
      .slice(1)
      .map(([name, write]) => ({ name: `To${name.replaceAll(/\W|_/g, "")}`, ...sources.S3, write })),
  ];
  const views = await Promise.all(
    jobs.map(async (job) => {
      const { datasetId } = await installation.client.datasets.create(await datasetOf(job));
      return waitUntilSettled(installation, datasetId, SETTLE_SECONDS);
    }),
  );
  const told = views.map(({ datasetName, datasetStatus, statusReason, counts }) => ({
    datasetName,
    datasetStatus,
    reason: datasetStatus === "COMPLETED" ? null : JSON.stringify(statusReason),
    counts: [counts.recordsRead, counts.documentsWritten, counts.recordsErrored],
  }));
  expect(told).toEqual(
    jobs.map(({ name }) => ({
      datasetName: name,
      datasetStatus: "COMPLETED",
      reason: null,
      counts: [recordIds.length, good, recordIds.length - good],
    })),
  );
});
