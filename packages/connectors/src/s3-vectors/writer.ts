import { type Index, PutVectorsCommand, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { classifyAwsError, isWorthRepeating } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Rejection, Unwritable, Writer } from "@letsdata/plugin-kit/writer";
import { inCalls, type PreparedVectors, prepareVectors, type VectorItem } from "../vector-items.ts";
import { indexArn, namesOf, type VectorIndexTarget } from "./permissions.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html */
const CALL_VECTORS_MAX = 500;
const CALL_BYTES_MAX = 20 * 1024 * 1024;
/** Room for the names around the vectors of a call. */
const ENVELOPE_BYTES = 64 * 1024;
const KEY_BYTES_MAX = 1024;
const METADATA_BYTES_MAX = 40 * 1024;
const FILTERABLE_METADATA_BYTES_MAX = 2 * 1024;
const METADATA_KEYS_MAX = 50;
const CONCURRENT_BATCHES = 4;

/** A vector is an item under the document's id; writing it again replaces it. */
export function openS3VectorsWriter(input: {
  readonly config: VectorIndexTarget;
  readonly access: CloudAccess;
  /** As AWS describes it. */
  readonly index: Pick<Index, "distanceMetric"> & {
    readonly metadataConfiguration?: { readonly nonFilterableMetadataKeys: readonly string[] | undefined } | undefined;
  };
}): Writer {
  const { config, access, index } = input;
  const names = namesOf(config);
  const s3Vectors = clientFor(S3VectorsClient, access);
  const call = { action: "s3vectors:PutVectors", resource: indexArn(config, access) };
  const unfiltered = new Set(index.metadataConfiguration?.nonFilterableMetadataKeys ?? []);

  const faultOf = ({ vector, metadata }: VectorItem): Unwritable | null => {
    if (index.distanceMetric === "cosine" && vector.every((one) => Math.fround(one) === 0)) {
      return { code: "INVALID_VECTOR", message: "All numbers of the vector are 0: it has no cosine distance." };
    }
    const count = Object.keys(metadata).length;
    if (count > METADATA_KEYS_MAX) {
      return { code: "INVALID_DOCUMENT", message: `The document has ${count} scalar fields; S3 Vectors takes 50.` };
    }
    const bytes = bytesOf(metadata);
    if (bytes > METADATA_BYTES_MAX) {
      return { code: "DOCUMENT_TOO_LARGE", message: `The metadata has ${bytes} bytes; S3 Vectors takes 40 KB.` };
    }
    const filterable = bytesOf(Object.fromEntries(Object.entries(metadata).filter(([name]) => !unfiltered.has(name))));
    if (filterable <= FILTERABLE_METADATA_BYTES_MAX) return null;
    const message = `The metadata to filter by has ${filterable} bytes; S3 Vectors takes 2 KB. Longer fields must be among the index's non-filterable metadata keys.`;
    return { code: "DOCUMENT_TOO_LARGE", message };
  };

  async function put(items: readonly VectorItem[], signal: AbortSignal): Promise<void> {
    const vectors = items.map(({ id, vector, metadata }) => ({ key: id, data: { float32: [...vector] }, metadata }));
    await s3Vectors.send(new PutVectorsCommand({ ...names, vectors }), { abortSignal: signal }).catch((thrown) => {
      signal.throwIfAborted();
      throw classifyAwsError(thrown, call);
    });
  }

  /** A call refused for one bad vector refuses them all: asked singly, the other documents are written. */
  async function writeSingly(batch: readonly PreparedVectors[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const rejections: Rejection[] = [];
    for (const [at, { payload }] of batch.entries()) {
      try {
        await put(payload, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = classifyAwsError(thrown, call);
        const retry = isWorthRepeating(problem);
        if (!retry && !isOfDocument(problem)) throw problem;
        rejections.push({ index: at, reason: problem.message, retry });
      }
    }
    return rejections;
  }

  return {
    limits: {
      maxDocumentBytes: CALL_BYTES_MAX - ENVELOPE_BYTES,
      maxBatchDocuments: CALL_VECTORS_MAX,
      maxBatchBytes: CALL_BYTES_MAX - ENVELOPE_BYTES,
    },
    concurrentBatches: CONCURRENT_BATCHES,
    prepare: (document, ordinal) => prepareVectors(document, ordinal, config, KEY_BYTES_MAX, faultOf),
    // A call that fails after another of the same batch throws all the same: written again, vectors replace themselves.
    async write(batch: readonly PreparedDocument[], signal) {
      try {
        for (const items of inCalls(batch, CALL_VECTORS_MAX)) await put(items, signal);
        return [];
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = classifyAwsError(thrown, call);
        if (!isOfDocument(problem)) throw problem;
        return writeSingly(batch as readonly PreparedVectors[], signal);
      }
    },
    close: () => Promise.resolve(),
  };
}

/** True where a vector is at fault. A key that is disabled or an index that is full refuses every document alike. */
function isOfDocument({ details }: Problem): boolean {
  return details.awsCode === "ValidationException";
}

function bytesOf(metadata: object): number {
  return Buffer.byteLength(JSON.stringify(metadata));
}
