import { createHash } from "node:crypto";

/** First 32 hex digits of SHA-256(`datasetId:position`): the same manifest gives the same ids, however often it is planned. */
export function taskIdOf(datasetId: string, position: string): string {
  return createHash("sha256").update(`${datasetId}:${position}`).digest("hex").slice(0, 32);
}
