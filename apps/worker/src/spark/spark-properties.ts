import type { SparkSide } from "@letsdata/dataset/spark-step";

/** Of the task's memory; the rest is for Python and for what a Java process needs beside its heap. */
const driverShare = 0.6;

/**
 * What a step's Spark is told unless the handler says otherwise: where it runs, its share of the memory, and how it reaches the
 * buckets. Handlers know of no endpoint, so that published ones run unmodified against any S3.
 */
export function sparkProperties(input: {
  readonly masterUrl: string;
  readonly memoryMegabytes: number;
  readonly scratchDir: string;
  /** Endpoint override; undefined = AWS. */
  readonly endpoint: string | undefined;
  readonly sides: readonly SparkSide[];
}): Readonly<Record<string, string>> {
  const { masterUrl, memoryMegabytes, scratchDir, endpoint, sides } = input;
  const s3 = "spark.hadoop.fs.s3a";
  return {
    "spark.master": masterUrl,
    "spark.driver.memory": `${Math.floor(memoryMegabytes * driverShare)}m`,
    "spark.ui.enabled": "false",
    // The bar is for terminals; a log would keep each of its steps.
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.warehouse.dir": `file://${scratchDir}/warehouse`,
    "spark.hadoop.hadoop.tmp.dir": `${scratchDir}/hadoop`,
    // What S3A is about to send waits in memory: for files Hadoop starts chmod, which a contained Java may not, and executors elsewhere
    // have another disk.
    "spark.hadoop.fs.s3a.fast.upload.buffer": "bytebuffer",
    // A driver whose executors are in the same process needs no address that others can reach.
    ...(isLocal(masterUrl) ? { "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1" } : {}),
    ...Object.fromEntries(sides.map(({ bucket, region }) => [`${s3}.bucket.${bucket}.endpoint.region`, region])),
    ...(endpoint === undefined
      ? {}
      : {
          [`${s3}.endpoint`]: endpoint,
          [`${s3}.path.style.access`]: "true",
          [`${s3}.connection.ssl.enabled`]: String(endpoint.startsWith("https:")),
        }),
  };
}

function isLocal(masterUrl: string): boolean {
  return masterUrl.startsWith("local");
}
