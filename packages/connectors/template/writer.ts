import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { readSecret } from "../src/read-secret.ts";
import type { ExampleTargetWriteConfig } from "./config.ts";

/** The target's own limits, each with the page that states it. */
const CALL_DOCUMENTS_MAX = 500;
const CALL_BYTES_MAX = 1024 * 1024;
const CONCURRENT_BATCHES = 4;

/** Batching, retry, back-off and size checks are the pipeline's: this states limits, prepares and sends. */
export async function openExampleTargetWriter(input: {
  readonly config: ExampleTargetWriteConfig;
  readonly access: CloudAccess;
}): Promise<Writer> {
  const { endpointUrl, tokenSecretArn } = input.config;
  const token = await readSecret(tokenSecretArn, "writeConnector.tokenSecretArn", input.access);
  return {
    limits: {
      maxDocumentBytes: CALL_BYTES_MAX,
      maxBatchDocuments: CALL_DOCUMENTS_MAX,
      maxBatchBytes: CALL_BYTES_MAX,
    },
    concurrentBatches: CONCURRENT_BATCHES,
    prepare(document, ordinal) {
      const payload = `${document.body}\n`;
      return { document, ordinal, payload, bytes: Buffer.byteLength(payload) };
    },
    async write(batch, signal) {
      const body = batch.map(({ payload }) => payload).join("");
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" };
      let answer: Response;
      // A client that repeats by itself tells it of each repeat.
      input.access.onRequest?.();
      try {
        answer = await fetch(endpointUrl, { method: "POST", body, headers, signal });
      } catch (cause) {
        signal.throwIfAborted();
        throw new Problem("CLOUD_UNAVAILABLE", `${endpointUrl} cannot be reached.`, { cause });
      }
      await answer.body?.cancel();
      if (answer.ok) return [];
      if (answer.status === 429) throw new Problem("THROTTLED", `${endpointUrl} asks to send less.`);
      if (answer.status >= 500) throw new Problem("CLOUD_UNAVAILABLE", `${endpointUrl} answered ${answer.status}.`);
      if (answer.status === 401 || answer.status === 403) {
        throw new Problem("ACCESS_DENIED", `${endpointUrl} refused the token.`);
      }
      // Refused for what it holds: asked singly, the pipeline would find which; here each becomes an error record.
      return batch.map((_, index) => ({ index, reason: `the target answered ${answer.status}`, retry: false }));
    },
    close: () => Promise.resolve(),
  };
}
