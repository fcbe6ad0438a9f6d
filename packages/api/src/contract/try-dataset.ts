import { z } from "zod";
import { datasetJson } from "./dataset-json.ts";
import { operation, writes } from "./operation.ts";
import { problemDetailDto } from "./problem-dto.ts";
import { requestStatusDto } from "./request-dto.ts";

/** At most this many records go through the handler. */
export const triedRecordsMax = 100;

/** The beginning of a body as people look at it; `bytes` counts the whole of it. */
export const bodyPreviewDto = z.object({
  encoding: z.enum(["utf8", "base64"]),
  text: z.string(),
  bytes: z.number().int(),
  truncated: z.boolean(),
});

export const triedDocumentDto = z.object({
  documentId: z.string(),
  partitionKey: z.string(),
  recordType: z.string().nullable(),
  body: bodyPreviewDto,
  /** Bytes that count against the destination's limit for one document; null where it could not be asked. */
  countedBytes: z.number().int().nullable(),
});

/** One record and what became of it. Nothing was written. */
export const triedRecordDto = z.object({
  /** Place in the source: file type, shard, segment or queue, its name, and where in it the record lies. */
  source: z.object({ type: z.string(), name: z.string(), start: z.string(), end: z.string() }),
  attributes: z.record(z.string(), z.string()),
  body: bodyPreviewDto,
  outcome: z.enum(["document", "skip", "error"]),
  /** Set for a document, and for an error where there is one: what the handler gave or the destination refused. */
  document: triedDocumentDto.nullable(),
  skipReason: z.string().nullable(),
  /** `HANDLER`: the handler refused the record. `SYSTEM`: the reader or the destination would. */
  error: z.object({ origin: z.enum(["HANDLER", "SYSTEM"]), code: z.string(), message: z.string() }).nullable(),
  /** Time in the handler; the first record includes its warming up. */
  milliseconds: z.number(),
  /** Waiting for the vectors of its texts; null where the compute engine calls no model. */
  modelMilliseconds: z.number().nullable(),
});

export const workEstimateDto = z.object({
  tasks: z.number().int(),
  /** As many as the configured concurrency lets run. */
  tasksAtOnce: z.number().int(),
  /** Records in the source; null when nobody knows, as all that follow: `notKnown` says why. */
  records: z.number().nullable(),
  /** Bytes in the source, as stored. */
  bytes: z.number().nullable(),
  secondsPerTask: z.number().nullable(),
  /** Until the last task ends at the configured concurrency. */
  seconds: z.number().nullable(),
  /** What is not known, and why in a sentence for people. */
  notKnown: z.array(z.object({ what: z.enum(["records", "bytes", "time"]), reason: z.string() })),
  /** What `lines` and `totalUsd` are for: the whole run where its time is known, else an hour of running without bytes. */
  costPer: z.enum(["run", "hour"]),
  lines: z.array(
    z.object({ meter: z.string(), quantity: z.number(), unit: z.string(), costUsd: z.number().describe("US dollars") }),
  ),
  totalUsd: z.number(),
  /** What the figures rest on, one sentence each, for people. */
  basis: z.array(z.string()),
});

export const tryResultDto = z.object({
  /** What was read, in words, such as an object key or a shard: the first manifest item, or a later one where the first gave no record. */
  item: z.string(),
  records: z.array(triedRecordDto),
  /** True when the item has no more records than these. */
  sourceEnded: z.boolean(),
  /** Worth knowing: an empty source, what the trial did to a queue, a start other than the dataset's, limits that could not be asked. */
  notices: z.array(z.string()),
  /** An exception of the handler or the source that ended the trial before its last record; a task would end ERRORED. */
  failure: problemDetailDto.nullable(),
  limits: z
    .object({
      maxDocumentBytes: z.number().int(),
      maxBatchDocuments: z.number().int(),
      maxBatchBytes: z.number().int(),
    })
    .nullable(),
  logs: z.array(z.object({ time: z.number(), level: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]), message: z.string() })),
  estimate: workEstimateDto,
  milliseconds: z.number(),
});

export const tryDto = z.object({
  tryId: z.string(),
  status: requestStatusDto,
  /** Set with SUCCEEDED; also a trial whose records fail succeeds. */
  result: tryResultDto.nullable(),
  /** Set with FAILED: access, artifact, manifest or time. */
  problem: z.object({ code: z.string(), message: z.string(), errors: z.array(problemDetailDto) }).nullable(),
});

export const tries = {
  create: operation
    .meta(writes)
    .route({
      method: "POST",
      path: "/datasets/try",
      successStatus: 202,
      summary: "Run the handler on the first records; nothing is created or written",
      tags: ["datasets"],
    })
    .input(
      z.object({
        config: datasetJson,
        records: z.number().int().min(1).max(triedRecordsMax).default(20).describe("how many records to try"),
      }),
    )
    .output(z.object({ tryId: z.string(), status: requestStatusDto })),
  view: operation
    .route({ method: "GET", path: "/tries/{tryId}", summary: "A trial and its result", tags: ["datasets"] })
    .input(z.object({ tryId: z.string().min(1).max(64) }))
    .output(tryDto),
  delete: operation
    .meta(writes)
    .route({
      method: "DELETE",
      path: "/tries/{tryId}",
      inputStructure: "detailed",
      summary: "End a trial and forget its result",
      tags: ["datasets"],
    })
    .input(z.object({ params: z.object({ tryId: z.string().min(1).max(64) }) }))
    .output(z.object({ deleted: z.literal(true) })),
};

export type BodyPreviewDto = z.infer<typeof bodyPreviewDto>;
export type TriedRecordDto = z.infer<typeof triedRecordDto>;
export type TryResultDto = z.infer<typeof tryResultDto>;
export type TryDto = z.infer<typeof tryDto>;
export type WorkEstimateDto = z.infer<typeof workEstimateDto>;
