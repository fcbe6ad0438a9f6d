import {
  type Connection,
  ProduceAcks,
  produceV3,
  produceV4,
  produceV5,
  produceV6,
  produceV7,
  produceV8,
  produceV9,
  produceV10,
  produceV11,
  Writer as RequestWriter,
} from "@platformatic/kafka";

/** The batch of one partition; a request holds one of each at most. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  /** As `encodeRecordBatch` makes it. */
  readonly batch: Buffer;
}

export interface ProduceCall {
  readonly transactionalId: string;
  /** Of the Produce call, as `produceVersion` chooses it. */
  readonly version: number;
  /** How long the broker waits for the partition's other replicas. */
  readonly timeoutMilliseconds: number;
}

/** A call of the protocol, as the brokers list those they know. */
interface SpokenApi {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

const PRODUCE = 0;
/** From here on strings and lists are compact, and fields may follow by tag. */
const FLEXIBLE_SINCE = 9;
const versions = [
  produceV3,
  produceV4,
  produceV5,
  produceV6,
  produceV7,
  produceV8,
  produceV9,
  produceV10,
  produceV11,
] as const;

/** The newest version that broker and client both speak. */
export function produceVersion(apis: readonly SpokenApi[]): number {
  const { minVersion = 0, maxVersion = 0 } = apis.find(({ apiKey }) => apiKey === PRODUCE) ?? {};
  const known = versions.map(({ api }) => api.version).filter((one) => one >= minVersion && one <= maxVersion);
  if (known.length === 0) throw new Error(`The brokers speak versions ${minVersion} to ${maxVersion} of Produce only.`);
  return Math.max(...known);
}

/** Resolves when every batch is on all replicas in sync; throws what the broker says of the first one it refuses. */
export function produce(
  broker: Connection,
  batches: readonly PartitionBatch[],
  { version, ...call }: ProduceCall,
): Promise<void> {
  const isFlexible = version >= FLEXIBLE_SINCE;
  const { parseResponse } = versions.find(({ api }) => api.version === version)!;
  const request = () => produceRequest(batches, call, isFlexible);
  return new Promise((resolve, reject) => {
    broker.send<unknown>(PRODUCE, version, request, parseResponse, isFlexible, isFlexible, (thrown) => {
      if (thrown) reject(thrown);
      else resolve();
    });
  });
}

function produceRequest(
  batches: readonly PartitionBatch[],
  { transactionalId, timeoutMilliseconds }: Omit<ProduceCall, "version">,
  isFlexible: boolean,
): RequestWriter {
  const topics = Object.entries(Object.groupBy(batches, ({ topic }) => topic));
  const request = RequestWriter.create()
    .appendString(transactionalId, isFlexible)
    .appendInt16(ProduceAcks.ALL)
    .appendInt32(timeoutMilliseconds);
  request.appendArray(
    topics,
    (_, [topic, ofTopic = []]) => {
      request.appendString(topic, isFlexible).appendArray(
        ofTopic,
        (_, { partition, batch }) => {
          request.appendInt32(partition).appendBytes(batch, isFlexible);
        },
        isFlexible,
        isFlexible,
      );
    },
    isFlexible,
    isFlexible,
  );
  return isFlexible ? request.appendTaggedFields() : request;
}
