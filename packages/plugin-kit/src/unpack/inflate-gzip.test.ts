import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { crc32, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "../problems.ts";
import { ByteInput } from "./byte-input.ts";
import { MEMBER_START_EVERY_BYTES, type MemberStart } from "./gzip-member-starts.ts";
import { inflateGzip } from "./inflate-gzip.ts";

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* each(chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function inflate(packed: Buffer, chunkBytes = 1000, from: MemberStart = { compressed: 0, plain: 0 }) {
  const starts: MemberStart[] = [];
  const out: Uint8Array[] = [];
  const input = new ByteInput(inChunks(packed.subarray(from.compressed), chunkBytes), from.compressed);
  for await (const bytes of inflateGzip(input, from.plain, "s3://b/k", (start) => starts.push(start))) out.push(bytes);
  return { plain: Buffer.concat(out), starts };
}

/** Packs to about a twelfth. */
function partlyRandom(length: number): Buffer {
  const text = Buffer.alloc(length, "the same words again and again, ");
  randomBytes(Math.floor(length / 12)).copy(text);
  return text;
}

describe("inflateGzip", () => {
  it("joins all members, however they are cut into chunks", async () => {
    const members = fc.array(fc.uint8Array({ maxLength: 3_000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(members, fc.integer({ min: 1, max: 5_000 }), async (bodies, chunkBytes) => {
        const packed = Buffer.concat(bodies.map((body) => gzipSync(body)));
        expect((await inflate(packed, chunkBytes)).plain.equals(Buffer.concat(bodies))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("tells member starts at which reading can resume, however the file is cut into chunks", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 900, max: 200_000 }), async (lengths, chunkBytes) => {
        const whole = randomBytes(lengths.reduce((sum, length) => sum + length, 0));
        const cuts = lengths.map((_, n) => lengths.slice(0, n).reduce((sum, length) => sum + length, 0));
        const members = cuts.map((cut, n) => gzipSync(whole.subarray(cut, cut + lengths[n]!), { level: 1 }));
        const packed = Buffer.concat(members);
        const { plain, starts } = await inflate(packed, chunkBytes);
        expect(plain.equals(whole)).toBe(true);
        let passed = 0;
        let expected = 1;
        for (let n = 0, told = 0; n < members.length; n++) {
          if (passed - told >= MEMBER_START_EVERY_BYTES) {
            expected++;
            told = passed;
          }
          passed += members[n]!.length;
        }
        // Random bytes may hold what looks like a member's head: then a start is missed, never a wrong one told.
        expect(starts.length).toBeLessThanOrEqual(expected);
        for (const start of starts) {
          const rest = await inflate(packed, chunkBytes, start);
          expect(rest.plain.equals(whole.subarray(start.plain))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("tells a member start every 64 KB of the file", async () => {
    const member = gzipSync(Buffer.alloc(40_000, "no head of a member in here "), { level: 0 });
    const { starts } = await inflate(Buffer.concat(Array<Buffer>(8).fill(member)), 10_000);
    const everySecond = [0, 2, 4, 6].map((n) => ({ compressed: n * member.length, plain: n * 40_000 }));
    expect(starts).toEqual(everySecond);
  });

  it.each([100_000, 10_000])(
    "tells starts again behind bytes in a member of %i that only look like one",
    async (length) => {
      const bodies = Array.from({ length: 1_000_000 / length }, () =>
        Buffer.alloc(length, "no head of a member in here "),
      );
      bodies[1]!.set([1, 2, 3, 4, 0x1f, 0x8b, 8, 0], length - 1_000);
      const members = bodies.map((body) => gzipSync(body, { level: 0 }));
      const packed = Buffer.concat(members);
      const { starts } = await inflate(packed, 5_000);
      const memberLength = members[0]!.length;
      for (const { compressed, plain } of starts) {
        expect(compressed % memberLength).toBe(0);
        expect(plain).toBe((compressed / memberLength) * length);
      }
      const last = starts.at(-1)!;
      expect(packed.length - last.compressed).toBeLessThan(2 * MEMBER_START_EVERY_BYTES + memberLength);
      expect((await inflate(packed, 5_000, last)).plain.equals(Buffer.concat(bodies).subarray(last.plain))).toBe(true);
    },
  );

  it("tells where members begin that fill its buffers to the byte, to a consumer slower than it, too", async () => {
    const bodies = [randomBytes(1_000), ...Array.from({ length: 16 }, () => partlyRandom(1024 * 1024))];
    const members = bodies.map((body) => gzipSync(body, { level: 1 }));
    const begins = new Map<number, number>();
    let at = { compressed: 0, plain: 0 };
    for (const [n, member] of members.entries()) {
      begins.set(at.compressed, at.plain);
      at = { compressed: at.compressed + member.length, plain: at.plain + bodies[n]!.length };
    }
    const starts: MemberStart[] = [];
    // A member is unpacked to its end, and waits to be taken, before the next one's head is looked at in the same chunk.
    const heads = members.map((member) => member.subarray(0, 20));
    const chunks = members.map((member, n) =>
      Buffer.concat([member.subarray(n === 0 ? 0 : 20), heads[n + 1] ?? Buffer.alloc(0)]),
    );
    const input = new ByteInput(each(chunks), 0);
    for await (const _ of inflateGzip(input, 0, "s3://b/k", (start) => starts.push(start))) await delay(50);
    expect(starts.length).toBeGreaterThan(12);
    expect(starts.map(({ plain }) => plain)).toEqual(starts.map(({ compressed }) => begins.get(compressed)));
  });

  it("takes no member of an archive within the archive for one of its own, though its sizes fit now and then", async () => {
    // Inner members of one size packed and unpacked: alone they cannot be told from outer ones.
    const inner = Array.from({ length: 40 }, (_, n) => {
      const member = gzipSync(Buffer.alloc(70_000, randomBytes(50)), { level: 0 });
      member.writeUInt32LE(n % 3 === 0 ? 12_345 : member.length, member.length - 4);
      return member;
    });
    const body = Buffer.concat(inner);
    const { plain, starts } = await inflate(gzipSync(body, { level: 0 }), 5_000);
    expect(plain.equals(body)).toBe(true);
    expect(starts).toEqual([{ compressed: 0, plain: 0 }]);
  });

  it("takes no bytes for a member start that only look like one", async () => {
    const body = Buffer.alloc(400_000, Buffer.concat([randomBytes(900), gzipSync("inner")]));
    const packed = gzipSync(body, { level: 0 });
    const { plain, starts } = await inflate(packed, 5_000);
    expect(plain.equals(body)).toBe(true);
    expect(starts).toEqual([{ compressed: 0, plain: 0 }]);
  });

  it("takes members larger than its buffers", async () => {
    const bodies = [Buffer.alloc(3_000_000, "abcdefgh\n"), Buffer.from("end")];
    const packed = Buffer.concat(bodies.map((body) => gzipSync(body)));
    expect((await inflate(packed, 70_000)).plain.equals(Buffer.concat(bodies))).toBe(true);
  });

  it("reads a header with name, comment, extra field and checksum", async () => {
    const plainMember = gzipSync("hello");
    const flags = Buffer.from(plainMember.subarray(0, 10));
    flags[3] = 2 | 4 | 8 | 16;
    const fields = Buffer.concat([flags, Buffer.from([3, 0, 1, 2, 3]), Buffer.from("n\0c\0")]);
    const checksum = Buffer.alloc(2);
    checksum.writeUInt16LE(crc32(fields) & 0xffff);
    const header = Buffer.concat([fields, checksum]);
    const { plain } = await inflate(Buffer.concat([header, plainMember.subarray(10)]), 3);
    expect(plain.toString()).toBe("hello");
  });

  it("takes trailing zeros as padding", async () => {
    const packed = Buffer.concat([gzipSync("hello"), Buffer.alloc(513)]);
    expect((await inflate(packed)).plain.toString()).toBe("hello");
  });

  const whole = gzipSync(Buffer.from("0123456789".repeat(500)));
  const broken = Buffer.from(whole);
  broken[broken.length - 6]! ^= 1;
  const damaged: readonly (readonly [string, Buffer])[] = [
    ["cut within a member", whole.subarray(0, whole.length >> 1)],
    ["cut within the checksum", whole.subarray(0, -3)],
    ["cut within a header", Buffer.concat([whole, whole.subarray(0, 5)])],
    ["followed by other bytes", Buffer.concat([whole, Buffer.from("this is not gzip")])],
    ["followed by zeros and other bytes", Buffer.concat([whole, Buffer.alloc(9), Buffer.from("x")])],
    ["with a wrong checksum", broken],
  ];
  it.each(damaged)("refuses a file %s, naming object and byte", async (_, bytes) => {
    const thrown = await inflate(bytes).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Problem);
    expect((thrown as Problem).code).toBe("SOURCE_CORRUPT");
    expect((thrown as Problem).message).toMatch(/s3:\/\/b\/k .*byte \d+/);
  });

  it("hands out as much of what stands before damage to a slow consumer as to a quick one", async () => {
    const packed = Buffer.concat([gzipSync(partlyRandom(3_000_000), { level: 1 }), Buffer.from("this is not gzip")]);
    const lengths: number[] = [];
    for (const consume of [() => {}, () => delay(8)]) {
      let length = 0;
      const input = new ByteInput(inChunks(packed, 65_536), 0);
      const reading = async () => {
        for await (const bytes of inflateGzip(input, 0, "s3://b/k", () => {})) {
          length += bytes.length;
          await consume();
        }
      };
      await expect(reading()).rejects.toMatchObject({ code: "SOURCE_CORRUPT" });
      lengths.push(length);
    }
    expect(lengths[0]).toBeGreaterThan(2_500_000);
    expect(lengths[1]).toBe(lengths[0]);
  });

  it("passes a failure of the source on as it is", async () => {
    const failure = new Problem("SOURCE_CHANGED", "changed");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 20);
      throw failure;
    }
    const reading = (async () => {
      for await (const _ of inflateGzip(new ByteInput(failing(), 0), 0, "n", () => {}));
    })();
    await expect(reading).rejects.toBe(failure);
  });
});
