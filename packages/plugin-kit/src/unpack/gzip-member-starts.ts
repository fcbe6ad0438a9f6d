import type { ByteInput } from "./byte-input.ts";

/** Where a gzip member or zstd frame begins: in the object and in the plain text. */
export interface MemberStart {
  readonly compressed: number;
  readonly plain: number;
}

/** Finding out costs a pause of the engine, so not every member's start is found out. */
export const MEMBER_START_EVERY_BYTES = 64 * 1024;

const HEAD = Buffer.from([0x1f, 0x8b, 8]);
const FLAG_AT = HEAD.length;
const RESERVED_FLAGS = 0xe0;
const SIZE_BYTES = 4;
/** A head that is cut by the end of a chunk, and the size before it, stand in the next window. */
const OVERLAP_BYTES = SIZE_BYTES + FLAG_AT;

/**
 * The input in pieces, for a consumer that unpacks each wholly before it asks for the next; `unpacked` is the plain offset it has
 * reached. Some pieces begin at a member's start, and `onMember` hears of those. What looks like a start is one when the sizes that
 * members carry at their ends (RFC 1952, ISIZE, modulo 2^32) add up to what was really unpacked; one that is missed costs time on resume.
 */
export async function* atMemberStarts(
  input: ByteInput,
  unpacked: () => number,
  onMember: (start: MemberStart) => void,
): AsyncGenerator<Buffer> {
  let known: MemberStart = { compressed: input.offset, plain: unpacked() };
  onMember(known);
  let lookedAt = known.compressed;
  let sizes = 0;
  let overlap = Buffer.alloc(0);
  for (let chunk = await input.next(); chunk !== null; chunk = await input.next()) {
    const window = Buffer.concat([overlap, chunk]);
    const windowOffset = input.offset - window.length;
    let given = overlap.length;
    for (const head of headsIn(window)) {
      sizes = (sizes + window.readUInt32LE(head - SIZE_BYTES)) >>> 0;
      const compressed = windowOffset + head;
      if (head < given || compressed - lookedAt < MEMBER_START_EVERY_BYTES) continue;
      if (head > given) yield window.subarray(given, head);
      given = head;
      lookedAt = compressed;
      const plain = unpacked();
      if ((plain - known.plain) >>> 0 !== sizes) continue;
      known = { compressed, plain };
      sizes = 0;
      onMember(known);
    }
    if (given < window.length) yield window.subarray(given);
    overlap = window.subarray(-OVERLAP_BYTES);
  }
}

function* headsIn(window: Buffer): Generator<number> {
  for (let at = window.indexOf(HEAD, SIZE_BYTES); at >= 0; at = window.indexOf(HEAD, at + 1)) {
    const flags = window[at + FLAG_AT];
    if (flags !== undefined && (flags & RESERVED_FLAGS) === 0) yield at;
  }
}
