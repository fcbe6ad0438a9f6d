import type { DeliveryDto } from "../../contract/dataset-dto.ts";
import { component, type StoredConfig } from "./component-summaries.ts";

const overwrites = new Set(["S3_VECTORS", "PGVECTOR", "MOMENTO_VECTOR_INDEX"]);

/** What a crash can do to the output, per source and target (product.md §1.4). */
export function deliveryOf(config: StoredConfig): DeliveryDto {
  const source = component(config, "readConnector").connectorDestination;
  const write = component(config, "writeConnector");
  const target = write.connectorDestination;
  if (typeof target === "string" && overwrites.has(target)) {
    return {
      guarantee: "overwrite",
      explanation: "A repeated document overwrites its earlier copy: each id is stored once.",
    };
  }
  if (target === "DYNAMODB") {
    return {
      guarantee: "effectively-once",
      explanation:
        "A repeated document overwrites its earlier copy, as long as its keys come from the record and not from chance.",
    };
  }
  if (source === "SQS") {
    return {
      guarantee: "at-least-once",
      explanation: "The queue may hand a message out again after a crash: its document can appear twice. None is lost.",
    };
  }
  if (target === "S3") {
    return {
      guarantee: "effectively-once",
      explanation: "Object keys follow from task and position: a repeated batch overwrites its own object.",
    };
  }
  if (target === "KAFKA") {
    return {
      guarantee: "effectively-once",
      explanation:
        "The position is written in the same transaction as the documents; a cluster without transactions gives at-least-once.",
    };
  }
  const fifo = target === "SQS" && write.queueType === "FIFO";
  return {
    guarantee: "at-least-once",
    explanation: fifo
      ? "After a crash the last batch is sent again; the queue drops repeats for 5 minutes. None is lost."
      : "After a crash the last batch is sent again: its documents can appear twice. None is lost.",
  };
}
