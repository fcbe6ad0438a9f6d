import { memoryForParquet, parquetFileFor } from "@letsdata/connectors/config-catalogue";
import type { Findings } from "./findings.ts";
import { objectAt } from "./plain-json.ts";
import type { JsonObject } from "./schema-variants.ts";

const fileMegabytesDefault = 64;

/** A Parquet object waits in memory for its end: a task that is too small for it would die at each one, at every redrive again. */
export function checkParquetMemory(config: JsonObject, findings: Findings): void {
  const write = objectAt(config, "writeConnector");
  if (write?.connectorDestination !== "S3" || write.s3FileFormat !== "PARQUET") return;
  const engine = objectAt(config, "computeEngine");
  const lambda = engine && objectAt(engine, "lambda");
  const path = lambda ? "computeEngine.lambda.lambdaMemoryLimitInMegabytes" : "computeEngine.memoryLimitInMegabytes";
  // The default is enough for the largest object.
  const memory = lambda ? lambda.lambdaMemoryLimitInMegabytes : engine?.memoryLimitInMegabytes;
  const size = write.s3FileSizeInMegabytes ?? fileMegabytesDefault;
  if (typeof memory !== "number" || typeof size !== "number" || memory >= memoryForParquet(size)) return;
  const sizeMax = parquetFileFor(memory);
  const orSmaller = sizeMax < 1 ? "" : `, or writeConnector.s3FileSizeInMegabytes to ${sizeMax} or less`;
  findings.problem(
    path,
    "CONFLICT",
    `${path} is ${memory}, but PARQUET objects of writeConnector.s3FileSizeInMegabytes ${size} need ${memoryForParquet(size)}: an object is held in memory until it closes`,
    `Set it to ${memoryForParquet(size)} or more${orSmaller}.`,
  );
}
