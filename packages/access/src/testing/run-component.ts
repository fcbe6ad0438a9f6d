import { lineSplitter } from "@letsdata/connectors/testing/line-splitter";
import { concurrencyOf, type DatasetConfig } from "@letsdata/dataset/dataset-config";
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

/** Provisions and writes two documents, then once more as the next attempt of the same task. Returns what was made. */
export async function writeDocuments(
  config: Pick<DatasetConfig, "writeConnector">,
  access: CloudAccess,
  bytes = 100,
): Promise<readonly ProvisionedResource[]> {
  const connector = writeConnectorOf(config);
  const made = await connector.provision(config.writeConnector, access, signal);
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
  return made;
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
