import { putPassword } from "@letsdata/connectors/kafka/testing/writer-suite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { topicIds } from "../../../e2e/src/faults/matrix/written-ids.ts";
import { handler, putNumberedLinesHandler } from "../../../e2e/src/faults/numbered-dataset.ts";
import { makeNumberedFiles } from "../../../e2e/src/faults/numbered-lines.ts";
import { errorRecordIds, expectClosedBooks, expectSame } from "../../../e2e/src/faults/outcome.ts";
import { createRandom, faultSeed } from "../../../e2e/src/faults/random.ts";
import { attemptRows, isHeldBy, taskRows } from "../../../e2e/src/faults/task-rows.ts";
import { addToGrant } from "../../../e2e/src/installation/add-to-grant.ts";
import { datasetJson, waitFor, waitUntilSettled } from "../../../e2e/src/installation/dataset-run.ts";
import {
  startTestInstallation,
  type TestInstallation,
  testBuckets,
} from "../../../e2e/src/installation/start-installation.ts";
import { type RunningKafka, startKafka } from "./start-kafka.ts";

const PARTITIONS = 3;
const FILES = 2;
const TEST_MS = 300_000;

let kafka: RunningKafka;
let installation: TestInstallation;
let credentialsSecretArn: string | undefined;
beforeAll(async () => {
  // One after the other: what has started is stopped again when the other cannot.
  kafka = await startKafka();
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
  const { customer, customerAccountId: accountId } = installation;
  credentialsSecretArn = await putPassword({ ...customer, accountId, datasetName: "any" }, kafka.user);
});
afterAll(async () => {
  await Promise.allSettled([installation?.stop(), kafka?.stop()]);
});

const clusters = {
  "without authentication": () => ({ bootstrapServers: kafka.open }),
  "with SCRAM": () => ({ bootstrapServers: kafka.scram, authentication: "SASL_SCRAM", credentialsSecretArn }),
} as const;

describe("write KAFKA", () => {
  test.each([
    { name: "OpenKafka", cluster: "without authentication" },
    { name: "ScramKafka", cluster: "with SCRAM" },
  ] as const)(
    "a dataset of S3 objects, $cluster, has each document in the topic once though its worker is killed",
    async ({ name, cluster }) => {
      const seed = faultSeed();
      console.log(`FAULT_SEED=${seed} repeats the records of ${name}`);
      const files = makeNumberedFiles(createRandom(seed), {
        prefix: name,
        files: FILES,
        linesPerFile: 4_000,
        waitEvery: 2,
      });
      for (const { key, body } of files.files) await installation.putObject(testBuckets.data, key, body);
      const lease = { LETSDATA_LEASE_SECONDS: "3" };
      const first = installation.startWorker(lease);
      const write = {
        connectorDestination: "KAFKA",
        resourceLocation: "Customer",
        topicName: name,
        topicPartitions: PARTITIONS,
        ...clusters[cluster](),
      };
      const keys = files.files.map(({ key }) => key);
      const config = datasetJson(installation, { name, handler: `${handler}.zip`, keys, write });
      const { policy } = await installation.client.datasets.accessPolicy(config);
      await addToGrant(installation, name, policy);
      const { datasetId } = await installation.client.datasets.create(config);
      await waitFor(
        async () => {
          const rows = await taskRows(installation.database, datasetId);
          return rows.some(({ status, documents_written }) => status === "RUNNING" && documents_written > 0n) || null;
        },
        60,
        `documents of ${name} in the topic`,
      );
      first.kill("SIGKILL");
      await first.ended();
      const second = installation.startWorker(lease);
      await waitUntilSettled(installation, datasetId, 120);

      const { view } = await expectClosedBooks(installation, datasetId, FILES);
      expect(view.counts).toMatchObject({
        documentsWritten: files.documents.size,
        recordsSkipped: files.skips,
        recordsErrored: files.errors.size,
      });
      expectSame(await errorRecordIds(installation, datasetId), files.errors, "error records");
      expectSame(await topicIds(kafka.open, name, PARTITIONS), files.documents, "documents");
      const cutOff = (await attemptRows(installation.database, datasetId)).filter((row) => isHeldBy(row, first));
      expect(cutOff.map(({ outcome }) => outcome)).toContain("LEASE_EXPIRED");
      second.kill("SIGKILL");
      await second.ended();
    },
    TEST_MS,
  );
});
