import type { ByteInput } from "./byte-input.ts";

/** Where a gzip member or zstd frame begins: in the object and in the plain text. */
export interface MemberStart {
  readonly compressed: number;
  readonly plain: number;
}

/** Finding out costs a pause of the engine, so not every member's start is found out. */
export const MEMBER_START_EVERY_BYTES = 64 * 1024;

/**
 * Members that follow a place of which it is not known whether a member begins there are believed after so many stretches of them: in an
 * archive within the archive the sizes of its members may fit by chance, and resuming at one of those would read other bytes.
 */
const FITTING_STRETCHES = 3;

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
 * Behind one that only looked like a start, which adds a size that is none, the next are found again.
 */
export async function* atMemberStarts(
  input: ByteInput,
  unpacked: () => number,
  onMember: (start: MemberStart) => void,
): AsyncGenerator<Buffer> {
  const start: MemberStart = { compressed: input.offset, plain: unpacked() };
  onMember(start);
  const known: Stretch = { begin: start.plain, sizes: 0 };
  let candidate: (Stretch & { fits: number }) | null = null;
  let lookedAt = start.compressed;
  let overlap = Buffer.alloc(0);
  for (let chunk = await input.next(); chunk !== null; chunk = await input.next()) {
    const window = Buffer.concat([overlap, chunk]);
    const windowOffset = input.offset - window.length;
    let given = overlap.length;
    for (const head of headsIn(window)) {
      const size = window.readUInt32LE(head - SIZE_BYTES);
      known.sizes = (known.sizes + size) >>> 0;
      if (candidate) candidate.sizes = (candidate.sizes + size) >>> 0;
      const compressed = windowOffset + head;
      if (head < given || compressed - lookedAt < MEMBER_START_EVERY_BYTES) continue;
      if (head > given) yield window.subarray(given, head);
      given = head;
      lookedAt = compressed;
      const plain = unpacked();
      let isMember = fits(known, plain);
      if (!isMember) {
        if (candidate && fits(candidate, plain)) candidate = { begin: plain, sizes: 0, fits: candidate.fits + 1 };
        else candidate = { begin: plain, sizes: 0, fits: 0 };
        isMember = candidate.fits === FITTING_STRETCHES;
      }
      if (isMember) {
        known.begin = plain;
        known.sizes = 0;
        candidate = null;
        onMember({ compressed, plain });
      } else {
        // Inside a member, most likely: what stands in front of it is no size.
        known.sizes = (known.sizes - size) >>> 0;
      }
    }
    if (given < window.length) yield window.subarray(given);
    overlap = window.subarray(-OVERLAP_BYTES);
  }
}

/** From a place in the plain text to the head that is looked at. */
interface Stretch {
  begin: number;
  /** Sum of what stands in front of the heads behind `begin`. */
  sizes: number;
}

function fits({ begin, sizes }: Stretch, plain: number): boolean {
  return (plain - begin) >>> 0 === sizes;
}

function* headsIn(window: Buffer): Generator<number> {
  for (let at = window.indexOf(HEAD, SIZE_BYTES); at >= 0; at = window.indexOf(HEAD, at + 1)) {
    const flags = window[at + FLAG_AT];
    if (flags !== undefined && (flags & RESERVED_FLAGS) === 0) yield at;
  }
}
