import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { type TestInstallation, testBuckets } from "../../installation/start-installation.ts";
import type { Random } from "../random.ts";
import type { Storm, StormKind, Stormy } from "./storms.ts";
import { itemIds, jsonlIds, messageIds, parquetIds, streamIds, vectorIds } from "./written-ids.ts";

/** What is known of a target before its server runs. */
export interface TargetTraits {
  /** Makes documents longer; objects of S3 close at a megabyte, so that several are written. */
  readonly padBytes: number;
  /** The target drops repeats that the pair does not promise to avoid; for five minutes, longer than a round. */
  readonly dropsRepeats: boolean;
  /** What can befall this target beside what can befall every call. */
  readonly storms: readonly StormKind[];
}

export interface Target extends TargetTraits {
  /** Of a dataset of this name; makes what must be there before. */
  readonly writeConnector: (name: string) => Promise<Readonly<Record<string, unknown>>>;
  /** Of everything that stands in the target, repeats included. */
  ids(installation: TestInstallation, view: DatasetViewDto): Promise<readonly string[]>;
  /** Of a target whose server the local cloud's weather does not reach. */
  readonly beginStorm?: (stormy: Stormy, random: Random) => Storm;
}

/** With a server of its own. */
export interface OpenTarget extends Target {
  close(): Promise<void>;
}

/** Of the vectors in numbered documents. */
export const DIMENSIONS = 4;
const s3 = (s3FileFormat: "JSONL" | "PARQUET") => async () => ({
  connectorDestination: "S3",
  resourceLocation: "Customer",
  bucketName: testBuckets.output,
  s3KeyPrefix: "out/",
  s3FileFormat,
  s3Compression: "GZIP",
  s3FileSizeInMegabytes: 1,
});
const ours = (more: Readonly<Record<string, unknown>>) => async () => ({ resourceLocation: "LetsData", ...more });
const plain = { padBytes: 0, dropsRepeats: false, storms: [] } as const;
const batches = { ...plain, storms: ["partial"] } as const;
const objects = { ...plain, padBytes: 3_000 } as const;

/** Those of the local cloud. */
export const localTargets = {
  "S3 JSONL": { ...objects, writeConnector: s3("JSONL"), ids: jsonlIds },
  "S3 Parquet": { ...objects, writeConnector: s3("PARQUET"), ids: parquetIds },
  Kinesis: {
    ...batches,
    writeConnector: ours({ connectorDestination: "KINESIS", kinesisShardCount: 2 }),
    ids: streamIds,
  },
  "SQS standard": { ...batches, writeConnector: ours({ connectorDestination: "SQS" }), ids: messageIds },
  "SQS FIFO": {
    ...batches,
    dropsRepeats: true,
    writeConnector: ours({ connectorDestination: "SQS", queueType: "FIFO" }),
    ids: messageIds,
  },
  DynamoDB: { ...batches, writeConnector: ours({ connectorDestination: "DYNAMODB" }), ids: itemIds },
  "S3 Vectors": {
    ...plain,
    writeConnector: ours({ connectorDestination: "S3_VECTORS", numDimensions: DIMENSIONS }),
    ids: vectorIds,
  },
} as const satisfies Readonly<Record<string, Target>>;
