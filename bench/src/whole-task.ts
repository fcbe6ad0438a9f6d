import { join } from "node:path";
import { createTaskProcessPool } from "@letsdata/compute/local/task-process-pool";
import type { ComponentAssignment } from "@letsdata/compute/task-protocol";
import type { Database } from "@letsdata/database/database";
import { createCheckpointStore } from "@letsdata/database/stores/checkpoint-store";
import { claimTasks } from "@letsdata/database/stores/claim-tasks";
import { settleTask } from "@letsdata/database/stores/settle-task";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { addDataset } from "./endpoints/bench-database.ts";
import { errorBucket, sourceBucket, targetBucket, targetStream } from "./sources.ts";

export type TargetKind = "S3" | "Kinesis";

export interface TaskHandler {
  readonly language: HandlerDescription["language"];
  readonly artifactDir: string;
}

export interface WholeTasks {
  /** One data task from claim to settled; answers its records. */
  run(key: string, handler: TaskHandler, target: TargetKind): Promise<number>;
  stop(): Promise<void>;
}

const clone = join(import.meta.dirname, "../..");
const TASKS = 1_000;
const MEMORY_MEGABYTES = 1_024;
const TIMEOUT_SECONDS = 900;

const writerConfigs = {
  S3: { bucketName: targetBucket, s3FileFormat: "JSONL", s3Compression: "GZIP" },
  Kinesis: { resourceLocation: "Customer", kinesisStreamName: targetStream },
} as const;

/** Data tasks as the worker runs them: claimed, in a warm sandboxed process, checkpoints over its channel into PostgreSQL. */
export async function startWholeTasks(db: Database, access: CloudAccess): Promise<WholeTasks> {
  const datasetId = await addDataset(db, TASKS, 1);
  const pool = createTaskProcessPool({
    entry: join(clone, "apps/worker/src/data-task.ts"),
    programFolders: ["apps/worker", "packages", "node_modules"].map((folder) => join(clone, folder)),
    maxProcesses: 2,
  });
  const checkpoints = createCheckpointStore(db);
  const component = (destination: string, config: Readonly<Record<string, unknown>>): ComponentAssignment => ({
    destination,
    config,
    access: {
      region: access.region,
      accountId: access.accountId,
      endpoint: access.endpoint ?? null,
      purpose: "customer",
    },
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
      const read = component("S3", { bucketName: sourceBucket, readerType: "SINGLEFILEREADER" });
      const outcome = await pool.run({
        assignment: {
          task: { tenantId, datasetId, datasetName, taskId, attempt, codeVersion },
          lease,
          resumeFrom: null,
          reader: { ...read, definition: { fileNames: { LOG: key } } },
          writer: component(target === "S3" ? "S3" : "KINESIS", writerConfigs[target]),
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
    stop: () => pool.close(),
  };
}
