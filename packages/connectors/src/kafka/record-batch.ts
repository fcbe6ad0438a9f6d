import {
  type CompressionAlgorithmSpecification,
  type CompressionAlgorithmValue,
  compressionsAlgorithms,
  crc32c,
} from "@platformatic/kafka";

/** One record of a topic, not yet encoded. */
export interface TopicRecord {
  /** "": a record without key. */
  readonly key: string;
  readonly value: string;
  /** At least the bytes it has when encoded: those of key and value, and `RECORD_HEAD_BYTES`. */
  readonly bytes: number;
}

/** Whose batch it is: the broker takes each number once and in order. */
export interface BatchOrigin {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Of the batch's first record, counted by partition. */
  readonly firstSequence: number;
}

/** Lengths, offset and time of one record at most. */
export const RECORD_HEAD_BYTES = 32;

const MAGIC = 2;
const TRANSACTIONAL = 0b10000;
/** Where the fields of a batch's head begin. */
const head = { length: 8, leaderEpoch: 12, magic: 16, crc: 17, attributes: 21, records: 61 } as const;

/**
 * A batch of a transaction as it travels and is stored (Kafka's message format v2). Every record is written once, into the
 * buffer that is sent: the client's own encoder makes some ten objects of each. All records get the time `now` (ms since 1970).
 */
export async function encodeRecordBatch(
  records: readonly TopicRecord[],
  origin: BatchOrigin,
  compression: CompressionAlgorithmValue,
  now: number,
): Promise<Buffer> {
  const plain = Buffer.allocUnsafe(records.reduce<number>((sum, { bytes }) => sum + bytes, head.records));
  const end = encodeRecords(plain, records);
  const algorithm: CompressionAlgorithmSpecification = compressionsAlgorithms[compression];
  const batch = compression === "none" ? plain.subarray(0, end) : await compressRecords(algorithm, plain, end);
  batch.writeBigInt64BE(0n);
  batch.writeInt32BE(batch.length - head.leaderEpoch, head.length);
  batch.writeInt32BE(-1, head.leaderEpoch);
  batch.writeInt8(MAGIC, head.magic);
  let at = batch.writeInt16BE(TRANSACTIONAL | algorithm.bitmask, head.attributes);
  at = batch.writeInt32BE(records.length - 1, at);
  at = batch.writeBigInt64BE(BigInt(now), at);
  at = batch.writeBigInt64BE(BigInt(now), at);
  at = batch.writeBigInt64BE(origin.producerId, at);
  at = batch.writeInt16BE(origin.producerEpoch, at);
  at = batch.writeInt32BE(origin.firstSequence, at);
  batch.writeInt32BE(records.length, at);
  batch.writeUInt32BE(crc32c(batch.subarray(head.attributes)), head.crc);
  return batch;
}

/** Only the records: the head says how they are packed. */
async function compressRecords(
  { compress, compressSync }: CompressionAlgorithmSpecification,
  plain: Buffer,
  end: number,
): Promise<Buffer> {
  const records = plain.subarray(head.records, end);
  return Buffer.concat([plain.subarray(0, head.records), compress ? await compress(records) : compressSync(records)]);
}

/** Behind the head; returns where they end. */
function encodeRecords(into: Buffer, records: readonly TopicRecord[]): number {
  let at: number = head.records;
  for (let index = 0; index < records.length; index++) {
    const { key, value } = records[index]!;
    const keyBytes = key === "" ? -1 : Buffer.byteLength(key);
    const valueBytes = Buffer.byteLength(value);
    const body =
      // Attributes, time and the number of headers are one byte each.
      3 + varIntBytes(index) + varIntBytes(keyBytes) + Math.max(keyBytes, 0) + varIntBytes(valueBytes) + valueBytes;
    at = writeVarInt(into, body, at);
    into[at++] = 0;
    into[at++] = 0;
    at = writeVarInt(into, index, at);
    at = writeVarInt(into, keyBytes, at);
    if (keyBytes > 0) at += into.write(key, at);
    at = writeVarInt(into, valueBytes, at);
    at += into.write(value, at);
    into[at++] = 0;
  }
  return at;
}

/** Kafka writes signed numbers zigzag, seven bits to a byte. */
function writeVarInt(into: Buffer, value: number, at: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest > 0x7f) {
    into[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  into[at++] = rest;
  return at;
}

function varIntBytes(value: number): number {
  const rest = ((value << 1) ^ (value >> 31)) >>> 0;
  return rest < 0x80 ? 1 : rest < 0x4000 ? 2 : rest < 0x200000 ? 3 : rest < 0x10000000 ? 4 : 5;
}
