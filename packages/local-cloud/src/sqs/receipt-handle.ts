import { AwsError } from "../server/aws-error.ts";

export interface Receipt {
  readonly queueId: string;
  readonly sequence: number;
  /** Of one receive: a later one of the same message has another. */
  readonly nonce: string;
}

export function formatReceipt({ queueId, sequence, nonce }: Receipt): string {
  return Buffer.from(JSON.stringify([queueId, sequence, nonce])).toString("base64");
}

export function parseReceipt(handle: string, queueId: string): Receipt {
  try {
    const parts = JSON.parse(Buffer.from(handle, "base64").toString("utf8")) as unknown;
    if (Array.isArray(parts)) {
      const [queue, sequence, nonce] = parts as unknown[];
      if (queue === queueId && typeof sequence === "number" && typeof nonce === "string") {
        return { queueId, sequence, nonce };
      }
    }
  } catch {
    // Falls through to the same answer as any other malformed handle.
  }
  throw new AwsError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    400,
  );
}
