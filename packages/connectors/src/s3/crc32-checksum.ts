import { crc32 } from "node:zlib";

/**
 * As S3 takes it in `ChecksumCRC32`. Buckets whose Object Lock has a default retention take no bytes without one, and in every bucket S3 checks
 * them with it. zlib computes it in 0.3 ms per MiB, a hundredth of what packing the same bytes takes, so no bucket is asked whether it needs one.
 */
export function crc32Checksum(bytes: Uint8Array): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum.toString("base64");
}
