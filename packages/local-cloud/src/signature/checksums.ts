import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";

export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

export interface RunningChecksum {
  update(data: Uint8Array): void;
  /** Base64. */
  digest(): string;
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case "CRC32":
      return runningCrc32();
    case "CRC32C":
      return runningCrc32c();
    case "CRC64NVME":
      return runningCrc64();
    case "SHA1":
      return fromHash(createHash("sha1"));
    case "SHA256":
      return fromHash(createHash("sha256"));
  }
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

function fromHash(hash: Hash): RunningChecksum {
  return { update: (data) => void hash.update(data), digest: () => hash.digest("base64") };
}

function runningCrc32(): RunningChecksum {
  let value = 0;
  return {
    update: (data) => {
      value = crc32(data, value);
    },
    digest: () => base64OfUint32(value),
  };
}

let castagnoli: Uint32Array | null = null;

function runningCrc32c(): RunningChecksum {
  castagnoli ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let entry = byte;
    for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0x82f63b78 : entry >>> 1;
    return entry >>> 0;
  });
  const table = castagnoli;
  let value = 0xffffffff;
  return {
    update: (data) => {
      for (const byte of data) value = (table[(value ^ byte) & 0xff]! ^ (value >>> 8)) >>> 0;
    },
    digest: () => base64OfUint32((value ^ 0xffffffff) >>> 0),
  };
}

function base64OfUint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString("base64");
}

/** Reflected polynomial of CRC-64/NVME as two 32-bit halves: JavaScript has no fast 64-bit integers. */
const NVME_HIGH = 0x9a6c9329;
const NVME_LOW = 0xac4bc9b5;
let nvme: { high: Uint32Array; low: Uint32Array } | null = null;

function runningCrc64(): RunningChecksum {
  nvme ??= nvmeTables();
  const tables = nvme;
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (data) => {
      for (const byte of data) {
        const index = (low ^ byte) & 0xff;
        low = (((low >>> 8) | (high << 24)) ^ tables.low[index]!) >>> 0;
        high = ((high >>> 8) ^ tables.high[index]!) >>> 0;
      }
    },
    digest: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE((high ^ 0xffffffff) >>> 0, 0);
      bytes.writeUInt32BE((low ^ 0xffffffff) >>> 0, 4);
      return bytes.toString("base64");
    },
  };
}

function nvmeTables(): { high: Uint32Array; low: Uint32Array } {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let [h, l] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const odd = l & 1;
      l = ((l >>> 1) | (h << 31)) >>> 0;
      h >>>= 1;
      if (odd) {
        h = (h ^ NVME_HIGH) >>> 0;
        l = (l ^ NVME_LOW) >>> 0;
      }
    }
    high[byte] = h;
    low[byte] = l;
  }
  return { high, low };
}
