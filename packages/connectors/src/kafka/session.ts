import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { compatibilityPartitioner, ProduceAcks } from "@platformatic/kafka";
import type { KafkaCluster, KafkaConnection } from "./connection.ts";
import type { SentOrdinals } from "./sent-ordinals.ts";
import type { TopicConfig } from "./topic.ts";

export interface KafkaWriterConfig extends KafkaCluster, TopicConfig {
  readonly compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
}

export interface KafkaWriterInput {
  readonly config: KafkaWriterConfig;
  readonly access: CloudAccess;
  readonly task: TaskIdentity;
  /** Attempts of the same numbering give a record the same ordinal; absent: no other attempt does. */
  readonly numbering?: string;
  /** Nothing is going to be written. */
  readonly isTrial?: boolean;
  /** Throws LEASE_LOST. Asked before a session fences the one before it. */
  readonly confirmLease?: (signal: AbortSignal) => Promise<void>;
}

/** A producer of one task's documents, until a call of it fails. It keeps `sent` up to date. */
export interface Session {
  /** At least one document, in the order of their ordinals. All of them or, where there are transactions, none. */
  send(documents: readonly PreparedDocument[]): Promise<void>;
  close(): Promise<void>;
}

export interface SessionInput extends KafkaWriterInput {
  readonly connection: KafkaConnection;
  /** Of this numbering: what is in the topic, and not to be sent again. */
  readonly sent: SentOrdinals;
  /** Of one batch of a partition, at most. */
  readonly batchBytes: number;
}

export function producerOptions({ connection, config }: Pick<SessionInput, "connection" | "config">) {
  return {
    ...connection,
    idempotent: true,
    acks: ProduceAcks.ALL,
    compression: config.compression,
    // The placement of Kafka's own producers.
    partitioner: compatibilityPartitioner,
  };
}

/** What is of one partition, in its order, cut into lists of at most `bytesMax`. */
export function inBatches<Item extends { readonly bytes: number }>(items: readonly Item[], bytesMax: number): Item[][] {
  const batches: Item[][] = [];
  let open: Item[] = [];
  let openBytes = 0;
  for (const item of items) {
    if (openBytes + item.bytes > bytesMax || open.length === 0) {
      open = [];
      openBytes = 0;
      batches.push(open);
    }
    open.push(item);
    openBytes += item.bytes;
  }
  return batches;
}
