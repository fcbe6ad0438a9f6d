import { AwsError } from "../server/aws-error.ts";
import type { CloudRequest } from "../server/service.ts";
import { header } from "./s3-request.ts";
import { STORAGE_CLASS_HEADER } from "./storage-class.ts";

const KEPT = [
  "content-type",
  "content-encoding",
  "content-disposition",
  "content-language",
  "cache-control",
  "expires",
  STORAGE_CLASS_HEADER,
];
const METADATA_BYTES_MAX = 2048;

/** What a write says about the object and a read gives back. */
export function readObjectHeaders(request: CloudRequest): {
  headers: Record<string, string>;
  metadata: Record<string, string>;
} {
  const headers: Record<string, string> = {};
  for (const name of KEPT) {
    const value = name === "content-encoding" ? withoutTransferCoding(header(request, name)) : header(request, name);
    if (value) headers[name] = value;
  }
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith("x-amz-meta-")) continue;
    const text = String(value);
    metadata[name.slice("x-amz-meta-".length)] = text;
    bytes += name.length - "x-amz-meta-".length + Buffer.byteLength(text);
  }
  if (bytes > METADATA_BYTES_MAX)
    throw new AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400);
  return { headers, metadata };
}

/** `aws-chunked` says how the request travels, not what the object is. */
function withoutTransferCoding(value: string | undefined): string {
  return (value ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "aws-chunked" && coding !== "")
    .join(",");
}
