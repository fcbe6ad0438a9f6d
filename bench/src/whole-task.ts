import { join } from "node:path";
import { createTaskProcessPool } from "@letsdata/compute/local/task-process-pool";
import type { ComponentAssignment } from "@letsdata/compute/task-protocol";
import { createCheckpointStore } from "@letsdata/database/stores/checkpoint-store";
import { claimTasks } from "@letsdata/database/stores/claim-tasks";
import { transitionDataset } from "@letsdata/database/stores/dataset-store";
import { settleTask } from "@letsdata/database/stores/settle-task";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import { addDataset } from "./endpoints/bench-database.ts";
import type { Scene } from "./scene.ts";
import { errorBucket, sourceBucket, targetBucket, targetStream } from "./sources.ts";

/** A write connector and its configuration. */
export interface WriteTarget {
  readonly destination: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export const toS3: WriteTarget = {
  destination: "S3",
  config: { bucketName: targetBucket, s3FileFormat: "JSONL", s3Compression: "GZIP" },
};
export const toKinesis: WriteTarget = {
  destination: "KINESIS",
  config: { resourceLocation: "Customer", kinesisStreamName: targetStream },
};

export interface TaskHandler {
  readonly language: HandlerDescription["language"];
  readonly artifactDir: string;
  /** Java: the class in the JAR. */
  readonly implementation?: string;
}

export interface WholeTasks {
  /** One data task from claim to settled; answers its records. */
  run(key: string, handler: TaskHandler, target: WriteTarget): Promise<number>;
  /** Of the task processes that are warm now. */
  processIds(): readonly number[];
}

export interface WholeTasksOptions {
  /** Program of the task processes. Default: the worker's. */
  readonly entry?: string;
  /** Where objects are read from. Default: where all else is. */
  readonly sourceEndpoint?: string;
}

const clone = join(import.meta.dirname, "../..");
const TASKS = 1_000;
const MEMORY_MEGABYTES = 1_024;
const TIMEOUT_SECONDS = 900;

/** Data tasks as the worker runs them: claimed, in a warm sandboxed process, checkpoints over its channel into PostgreSQL. */
export async function startWholeTasks(
  { cloud, database, parts }: Scene,
  options: WholeTasksOptions = {},
): Promise<WholeTasks> {
  const { db } = database;
  const { access } = cloud;
  const datasetId = await addDataset(db, TASKS, 1);
  // Its tasks that nobody ran would be claimed in the rows of the scheduler.
  parts.defer(async () => void (await transitionDataset(db, datasetId, "stopWithComplete")));
  const pool = createTaskProcessPool({
    entry: options.entry ?? join(clone, "apps/worker/src/data-task.ts"),
    programFolders: ["apps/worker", "bench", "packages", "node_modules"].map((folder) => join(clone, folder)),
    maxProcesses: 2,
  });
  // A task whose cloud and database are gone waits for them, and the bench for its task.
  parts.defer(() => pool.close());
  const checkpoints = createCheckpointStore(db);
  const component = (
    destination: string,
    config: Readonly<Record<string, unknown>>,
    endpoint = access.endpoint,
  ): ComponentAssignment => ({
    destination,
    config,
    access: { region: access.region, accountId: access.accountId, endpoint, purpose: "customer" },
  });

  return {
    async run(key, handler, target) {
      const [claimed] = await claimTasks(db, {
        workerId: "bench",
        slots: 1,
        leaseSeconds: TIMEOUT_SECONDS,
        datasetIds: [datasetId],
      });
      if (!claimed) throw new Error("no task is left to be claimed");
      const { tenantId, datasetName, taskId, attempt, codeVersion, lease } = claimed;
      const read = { bucketName: sourceBucket, readerType: "SINGLEFILEREADER" };
      const outcome = await pool.run({
        assignment: {
          task: { tenantId, datasetId, datasetName, taskId, attempt, codeVersion },
          lease,
          resumeFrom: null,
          reader: { ...component("S3", read, options.sourceEndpoint), definition: { fileNames: { LOG: key } } },
          writer: component(target.destination, target.config),
          errorConnector: component("S3", { bucketName: errorBucket }),
          handler: { ...handler, interfaceName: "SingleFileParser" },
          recordErrorPolicy: "ArchiveAndContinue",
          limits: { timeoutSeconds: TIMEOUT_SECONDS },
        },
        memoryMegabytes: MEMORY_MEGABYTES,
        timeoutSeconds: TIMEOUT_SECONDS,
        key: handler.artifactDir,
        artifactDir: handler.artifactDir,
        onCheckpoint: (update) => checkpoints.save(taskId, lease, update),
        onCredentials: () => access.credentials(),
        onLog: () => {},
      });
      await settleTask(db, { taskId, lease, outcome });
      if (outcome.kind !== "completed") throw new Error(`the bench's task ended as ${JSON.stringify(outcome)}`);
      return outcome.counts.recordsRead;
    },
    processIds: () => pool.processes().map(({ pid }) => pid),
  };
}
