import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import type { TaskAssignment, TaskCheckpointUpdate, TaskMeasurement } from "@letsdata/compute/task-protocol";
import { provisionStream } from "@letsdata/connectors/kinesis/provision";
import { datasetName, type OpenCloud, openCloud, task } from "@letsdata/connectors/testing/open-cloud";
import { defaultModules } from "@letsdata/handlers/artifact/locate-handler";
import { KEYS } from "@letsdata/local-cloud/testing/test-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAssignment } from "./run-assignment.ts";

let open: OpenCloud;
let artifactDir: string;
let bucketName: string;
const signal = new AbortController().signal;
const stream = { resourceLocation: "LetsData", kinesisStreamName: "lines", kinesisShardCount: 1 };

beforeAll(async () => {
  open = await openCloud();
  bucketName = await open.bucket();
  await open.put(bucketName, "a.log", Buffer.from("{one}\n{two}\n{three}\n"));
  await provisionStream(stream, open.access, signal);
  artifactDir = await mkdtemp(join(tmpdir(), "letsdata-run-assignment-"));
  const file = join(artifactDir, `${defaultModules.SingleFileParser}.js`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, parser);
});
afterAll(async () => {
  await rm(artifactDir, { recursive: true, force: true });
  await open.cloud.remove();
});

const parser = `
exports.SingleFileParser = class {
  getS3FileType() { return "LOGFILE"; }
  getResolvedS3FileName(_type, name) { return name; }
  getRecordStartPattern() { return { recordHintType: "PATTERN", pattern: "{", offset: -1 }; }
  getRecordEndPattern() { return { recordHintType: "PATTERN", pattern: "}", offset: -1 }; }
  parseDocument(_type, _name, _offset, bytes, start, end) {
    const text = Buffer.from(bytes).subarray(start, end).toString();
    if (text.includes("two")) return { status: "ERROR", document: { documentType: "ErrorDoc", errorMessage: "no twos" } };
    return { status: "SUCCESS", document: { documentId: text, partitionKey: text, documentKeyValuesMap: { text } } };
  }
};`;

/** What an attempt leaves behind, by the name it is measured under. */
async function attempted(destination: string, config: Readonly<Record<string, unknown>>) {
  const { region, accountId } = open.access;
  const access = { region, accountId, endpoint: open.cloud.endpoint, purpose: "letsdata" } as const;
  const component = (name: string, own: Readonly<Record<string, unknown>>) => ({
    ...{ destination: name, access, config: { connectorDestination: name, ...own } },
  });
  const assignment: TaskAssignment = {
    task: { ...task, datasetName, codeVersion: 1 },
    lease: { workerId: "w", token: 1 },
    resumeFrom: null,
    reader: {
      ...component("S3", { bucketName, readerType: "SINGLEFILEREADER" }),
      definition: { fileNames: { LOGFILE: "a.log" } },
    },
    writer: component(destination, config),
    errorConnector: component("S3", { bucketName }),
    handler: { language: "JAVASCRIPT", artifactDir, interfaceName: "SingleFileParser" },
    recordErrorPolicy: "ArchiveAndContinue",
    limits: { timeoutSeconds: 60 },
  };
  const saved: TaskCheckpointUpdate[] = [];
  const channel: TaskChannel = {
    saveCheckpoint: async (update) => void saved.push(update),
    credentials: async () => KEYS,
    confirmLease: async () => {},
    log: () => {},
    stop: new AbortController().signal,
    lost: new AbortController().signal,
  };
  const outcome = await runAssignment(assignment, channel);
  const measurements: readonly TaskMeasurement[] = [
    ...saved.flatMap((update) => update.measurements),
    ...(outcome.measurements ?? []),
  ];
  const sumOf = (metric: string) =>
    measurements.filter((one) => one.metric === metric).reduce((sum, one) => sum + one.sum, 0);
  return { outcome, saved, reads: sumOf("read.requests"), writes: sumOf("write.requests") };
}

test("calls to source and target leave with checkpoints, each repeat as one more, those of the error archive not among them", async () => {
  open.faults.add({ kind: "5xx", service: "kinesis", action: "PutRecords", times: 1 });
  const { outcome, saved, reads, writes } = await attempted("KINESIS", stream);
  expect(outcome).toMatchObject({ kind: "completed", counts: { documentsWritten: 2, recordsErrored: 1 } });
  expect(saved.flatMap(({ errorFiles }) => errorFiles)).toHaveLength(1);
  expect({ reads, writes }).toEqual({ reads: 1, writes: 2 });
});

test("an attempt that cannot open its target tells of the calls it made", async () => {
  const { outcome, writes } = await attempted("DYNAMODB", { resourceLocation: "Customer", tableName: "not-there" });
  expect(outcome).toMatchObject({ kind: "failed" });
  expect(writes).toBeGreaterThan(0);
});
