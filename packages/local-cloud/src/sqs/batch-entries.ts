import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { queueArn } from "./queue-store.ts";
import type { SqsCall } from "./sqs-operation.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const ENTRIES_MAX = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** The entries of a batch, each with an id of its own. Throws as every batch operation does. */
export function batchEntries(input: JsonInput): JsonInput[] {
  const entries = input.objects("Entries");
  const ids = entries.map((entry) => entry.optionalString("Id") ?? "");
  if (entries.length === 0) {
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.", 400);
  }
  if (entries.length > ENTRIES_MAX) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`,
      400,
    );
  }
  if (!ids.every((id) => ENTRY_ID.test(id))) {
    throw new AwsError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      400,
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`, 400);
  return entries;
}

/** Runs each entry; one that fails, or that a `partial` fault hits (its resource ends in `#<entry id>`), fails alone. */
export function runEntries(call: SqsCall, action: string, run: (entry: JsonInput) => object) {
  const { faults } = call.cloud;
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of batchEntries(call.input)) {
    const Id = entry.optionalString("Id") ?? "";
    const hit = faults.draw("partial", "sqs", action, `${queueArn(call.place)}#${Id}`);
    try {
      if (hit) throw new AwsError("InternalError", "Request processing failed.", 500);
      Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful, Failed };
}
