import { repeatsOf } from "@letsdata/dataset/repeats";
import type { DeliveryDto } from "../../contract/dataset-dto.ts";
import { component, type StoredConfig } from "./component-summaries.ts";

const deliveries = {
  sameId: {
    guarantee: "overwrite",
    explanation: "A repeated document overwrites its earlier copy: each id is stored once.",
  },
  sameKey: {
    guarantee: "effectively-once",
    explanation:
      "A repeated document overwrites its earlier copy, as long as its keys come from the record and not from chance.",
  },
  ownObjects: {
    guarantee: "effectively-once",
    explanation: "Object keys follow from task and position: a repeated batch overwrites its own object.",
  },
  transaction: {
    guarantee: "effectively-once",
    explanation:
      "The position is written in the same transaction as the documents; a cluster without transactions gives at-least-once.",
  },
  again: {
    guarantee: "at-least-once",
    explanation: "After a crash the last batch is sent again: its documents can appear twice. None is lost.",
  },
} as const satisfies Readonly<Record<string, DeliveryDto>>;

const fromQueue: DeliveryDto = {
  guarantee: "at-least-once",
  explanation: "The queue may hand a message out again after a crash: its document can appear twice. None is lost.",
};
const fromScan: DeliveryDto = {
  guarantee: "at-least-once",
  explanation:
    "A table is scanned on from the last checkpoint and may answer in another order: after a crash the documents behind it can appear twice. None is lost.",
};
/** Which documents a transaction had is known by their number, and the code that cuts a file's records numbers them. */
const byTransactionFromFiles: DeliveryDto = {
  ...deliveries.transaction,
  explanation: `${deliveries.transaction.explanation} After a crash that is followed by a code update the documents behind the last checkpoint can appear twice, as the old and the new code make them. None is lost.`,
};
const toFifo: DeliveryDto = {
  guarantee: "at-least-once",
  explanation: "After a crash the last batch is sent again; the queue drops repeats for 5 minutes. None is lost.",
};

const bySpark: DeliveryDto = {
  guarantee: "overwrite",
  explanation: "A step that runs again starts over and overwrites what it wrote before.",
};

/** What a crash can do to the output, per source and target (product.md §1.4). */
export function deliveryOf(config: StoredConfig): DeliveryDto {
  const source = component(config, "readConnector").connectorDestination;
  const write = component(config, "writeConnector");
  if (write.writerType === "Spark") return bySpark;
  const repeats = repeatsOf(String(write.connectorDestination));
  const overwrites = repeats === "sameId" || repeats === "sameKey";
  if (source === "SQS" && !overwrites) return fromQueue;
  // Which documents a transaction had is known by their place in the source.
  if (source === "DYNAMODB" && repeats === "transaction") return fromScan;
  if (source === "S3" && repeats === "transaction") return byTransactionFromFiles;
  return write.queueType === "FIFO" ? toFifo : deliveries[repeats];
}
