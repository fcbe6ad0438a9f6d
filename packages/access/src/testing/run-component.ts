import { lineSplitter } from "@letsdata/connectors/testing/line-splitter";
import { concurrencyOf, type DatasetConfig } from "@letsdata/dataset/dataset-config";
import { initialiseDataset } from "@letsdata/dataset/initialise";
import type { CloudAccess, ProvisionedResource, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import { makeErrorRecord } from "@letsdata/plugin-kit/testing/error-sink-conformance";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { errorConnectorOf, readConnectorOf, writeConnectorOf } from "../connector-runtimes.ts";

const signal = new AbortController().signal;

function taskOf({ datasetName }: CloudAccess, attempt: number): TaskIdentity {
  return { tenantId: "tenant", datasetId: "d".repeat(32), datasetName, taskId: "7".repeat(32), attempt };
}

/** Reads and acknowledges so many records, with the tasks the source plans; S3 reads the object `key`. Throws when there are fewer. */
export async function readRecords(config: DatasetConfig, access: CloudAccess, wanted: number, key = ""): Promise<void> {
  const connector = readConnectorOf(config);
  const { readConnector, manifestFile: manifest } = config;
  const input = { config: readConnector, access };
  const definitions: unknown[] = [];
  if (connector.planTasks) {
    const concurrency = concurrencyOf(config.computeEngine);
    for await (const plan of connector.planTasks({ ...input, manifest, concurrency, planned: new Map() }, signal))
      definitions.push(plan.readerDefinition);
  } else definitions.push({ fileNames: { LOG: key } });
  let records = 0;
  for (const definition of definitions) {
    const splitters = connector.planTasks ? [] : [lineSplitter(key)];
    const reader = await connector.openReader({ ...input, definition, splitters });
    for await (const batch of reader.read(null, signal)) {
      records += batch.records.length;
      await reader.acknowledge?.(batch.records.map(({ start }) => start));
      if (records >= wanted) break;
    }
    await reader.close();
    if (records >= wanted) return;
  }
  throw new Error(`${records} records instead of ${wanted}`);
}

/** One for every target: those of vectors find one in it. */
function documentOf(id: string, bytes: number): OutputDocument {
  const made = makeDocument(id, bytes);
  const fields = { ...made.fields(), vector: [0.25, 0.5, 1] };
  return { ...made, body: JSON.stringify(fields), fields: () => fields };
}

/** Makes a dataset ready as its worker does, as far as its target goes, and writes to it. */
export async function writeAsDataset(config: DatasetConfig, access: CloudAccess, bytes = 100): Promise<void> {
  const nothing = () => Promise.resolve([]);
  await initialiseDataset({
    datasetId: "d".repeat(32),
    config,
    signal,
    ports: {
      checkGrant: nothing,
      checkAccess: nothing,
      loadArtifact: () => Promise.resolve(),
      async *openManifest() {
        yield Buffer.from("key");
      },
      async *planSource() {
        yield { position: "0", readerDefinition: {} };
      },
      provision: (component) =>
        component === "writeConnector" ? provisionTarget(config, access) : Promise.resolve([]),
      provisionIntermediate: nothing,
      makeCustomerAccessRole: () => Promise.resolve("arn"),
      assumeCustomerAccess: () => Promise.resolve("refused"),
      beginPlan: () => Promise.resolve("plan"),
      insertTasks: () => Promise.resolve(),
    },
  });
  await writeDocuments(config, access, bytes);
}

/** Makes the target of a dataset, or changes one that is the customer's as configured. Returns what was made. */
export function provisionTarget(
  config: Pick<DatasetConfig, "writeConnector">,
  access: CloudAccess,
): Promise<readonly ProvisionedResource[]> {
  return writeConnectorOf(config).provision(config.writeConnector, access, signal);
}

/** Writes two documents, then once more as the next attempt of the same task. */
export async function writeDocuments(
  config: Pick<DatasetConfig, "writeConnector">,
  access: CloudAccess,
  bytes = 100,
): Promise<void> {
  const connector = writeConnectorOf(config);
  for (const attempt of [1, 2]) {
    const task = taskOf(access, attempt);
    const writer = await connector.openWriter({ config: config.writeConnector, access, task });
    writer.checkpointAt?.(0);
    const documents = await prepareAll(writer, [documentOf("a", bytes), documentOf("b", bytes)]);
    const rejections = await writer.write(documents, signal);
    if (rejections.length > 0) throw new Error(JSON.stringify(rejections));
    await writer.flush?.(signal);
    await writer.close();
  }
}

/** Archives a record, then once more as the next attempt. */
export async function archiveErrors(config: DatasetConfig, access: CloudAccess): Promise<void> {
  for (const attempt of [1, 2]) {
    const sink = await errorConnectorOf(config).openErrorSink({
      config: config.errorConnector,
      access,
      task: taskOf(access, attempt),
    });
    await sink.archive([makeErrorRecord(1)], 1, signal);
    await sink.close();
  }
}
