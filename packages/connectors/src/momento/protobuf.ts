/** The few wire types Momento's messages need: https://protobuf.dev/programming-guides/encoding/ */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const UINT_64 = 2n ** 64n;

export function varint(value: number | bigint): Buffer {
  let rest = BigInt(value);
  if (rest < 0n) rest += UINT_64;
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const tag = (field: number, wireType: number) => varint((field << 3) | wireType);

export function integerField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([tag(field, VARINT), varint(value)]);
}

export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, FIXED_64), bytes]);
}

export function bytesField(field: number, value: Uint8Array | string): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

export function floatsField(field: number, values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeFloatLE(value, at * 4);
  return bytesField(field, bytes);
}

export interface Field {
  readonly number: number;
  /** Of a varint; 0 for every other wire type. */
  readonly integer: bigint;
  /** Of a length-delimited or fixed field. */
  readonly bytes: Buffer;
}

/** Throws RangeError for bytes that are no message. */
export function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const next = () => {
    const { value, end } = readVarint(message, at);
    at = end;
    return value;
  };
  while (at < message.length) {
    const key = Number(next());
    const number = key >>> 3;
    const wireType = key & 7;
    if (wireType === VARINT) {
      fields.push({ number, integer: next(), bytes: Buffer.alloc(0) });
      continue;
    }
    const length = wireType === LENGTH_DELIMITED ? Number(next()) : sizeOf(wireType);
    if (at + length > message.length) throw new RangeError("the message ends in the middle of a field");
    fields.push({ number, integer: 0n, bytes: message.subarray(at, at + length) });
    at += length;
  }
  return fields;
}

function sizeOf(wireType: number): number {
  if (wireType === FIXED_64) return 8;
  if (wireType === FIXED_32) return 4;
  throw new RangeError(`unknown wire type ${wireType}`);
}

/** Integers of a packed field. */
export function packedIntegers(bytes: Buffer): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = readVarint(bytes, at);
    values.push(Number(value));
    at = end;
  }
  return values;
}

function readVarint(bytes: Buffer, from: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = from, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError("the message ends in the middle of a number");
}
