/**
 * Frames between the engine and a language host: uint32 length of all that follows, uint32 length of the JSON, the JSON (UTF-8), raw
 * bytes. Both numbers are big-endian.
 */
export interface Frame {
  readonly message: Readonly<Record<string, unknown>>;
  readonly blob: Buffer;
}

const lengthsBytes = 8;

export function encodeFrame(
  message: Readonly<Record<string, unknown>>,
  blob: readonly Uint8Array[] = [],
): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(message), "utf8");
  const blobBytes = blob.reduce((bytes, part) => bytes + part.length, 0);
  const lengths = Buffer.allocUnsafe(lengthsBytes);
  lengths.writeUInt32BE(4 + json.length + blobBytes, 0);
  lengths.writeUInt32BE(json.length, 4);
  return [lengths, json, ...stretchesOf(blob)];
}

/** More pieces of memory than this are copied together: handing over each of them costs more than that. */
const stretchesMax = 8;

/** Parts that lie side by side in memory, as the records of a file do, in one. */
function stretchesOf(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const stretches: Uint8Array[] = [];
  let [open] = parts;
  if (!open) return stretches;
  let end = open.byteOffset;
  for (const part of parts) {
    if (part.buffer !== open.buffer || part.byteOffset !== end) {
      stretches.push(new Uint8Array(open.buffer, open.byteOffset, end - open.byteOffset));
      open = part;
    }
    end = part.byteOffset + part.length;
  }
  stretches.push(new Uint8Array(open.buffer, open.byteOffset, end - open.byteOffset));
  return stretches.length > stretchesMax ? [Buffer.concat(stretches)] : stretches;
}

/** Puts chunks together; `take` returns the frames that are complete. Throws when the bytes are no frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;
  #wanted = lengthsBytes;
  readonly #frameBytesMax: number;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** What came behind the last complete frame. */
  get rest(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  take(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    while (this.#length >= this.#wanted) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#length);
      this.#chunks = [bytes];
      const end = 4 + bytes.readUInt32BE(0);
      if (end > this.#frameBytesMax || end < lengthsBytes) throw new Error(`a frame of ${end} bytes`);
      if (bytes.length < end) {
        this.#wanted = end;
        break;
      }
      const jsonEnd = lengthsBytes + bytes.readUInt32BE(4);
      frames.push({
        message: JSON.parse(bytes.toString("utf8", lengthsBytes, jsonEnd)) as Frame["message"],
        blob: bytes.subarray(jsonEnd, end),
      });
      this.#length = bytes.length - end;
      this.#chunks = this.#length === 0 ? [] : [bytes.subarray(end)];
      this.#wanted = lengthsBytes;
    }
    return frames;
  }
}
