/** Of a task that writes Parquet: the row group that is encoded, beside all that a task needs anyway. */
const ENCODING_MEGABYTES = 128;

/**
 * The least memory limit, in megabytes, of tasks that write Parquet objects of this size before compression: documents wait for the
 * object's end. Measured (docs/adr/0008), with the size itself for documents that do not compress.
 */
export function memoryForParquet(fileMegabytes: number): number {
  return ENCODING_MEGABYTES + fileMegabytes;
}

/** The largest objects for tasks of this memory limit; less than 1: none. */
export function parquetFileFor(memoryMegabytes: number): number {
  return memoryMegabytes - ENCODING_MEGABYTES;
}
