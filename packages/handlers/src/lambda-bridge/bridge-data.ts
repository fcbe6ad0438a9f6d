import { isUtf8 } from "node:buffer";
import { bytesOf, type SourceRecord } from "@letsdata/plugin-kit/reader";
import { type RecordInterface, recordCalls } from "../record-arguments.ts";
import { asObject, type BridgeData, parseExactly } from "./bridge-protocol.ts";

/** Parameters that have another name in `data`. */
const names: Readonly<Record<string, string>> = { s3Filename: "fileName", byteArr: "content" };
/** Left out where a message has none. */
const optional: ReadonlySet<string> = new Set(["messageGroupId", "messageDeduplicationId"]);

export interface RecordData {
  readonly data: BridgeData;
  /** Bytes that are no UTF-8 became U+FFFD. */
  readonly isTranscoded: boolean;
}

/** A record as the `data` of its call. `carriesBytes`: the other side takes base64 for what is no UTF-8. */
export function recordData(interfaceName: RecordInterface, record: SourceRecord, carriesBytes: boolean): RecordData {
  const { head, parameters, body } = recordCalls[interfaceName];
  const values = head(record);
  const data: Record<string, unknown> = {};
  values.forEach((value, index) => {
    const parameter = parameters[index] as string;
    if (value !== null || !optional.has(parameter)) data[names[parameter] ?? parameter] = value;
  });
  const { buffer, byteOffset, length } = bytesOf(record);
  const bytes = Buffer.from(buffer, byteOffset, length);
  if (body.kind === "json") {
    const all = asObject(parseExactly(bytes.toString("utf8")));
    data.data = Object.fromEntries(body.members.map((member) => [member, all[member] ?? {}]));
    return { data, isTranscoded: false };
  }
  const parameter = parameters[values.length] as string;
  const isText = isUtf8(bytes);
  const asBase64 = !isText && carriesBytes;
  const content = bytes.toString(asBase64 ? "base64" : "utf8");
  data[names[parameter] ?? parameter] = content;
  if (asBase64) data.contentEncoding = "base64";
  if (body.kind === "bytesWithRange") {
    data.startIndex = 0;
    data.endIndex = isText || asBase64 ? bytes.length : Buffer.byteLength(content);
  }
  return { data, isTranscoded: !isText && !asBase64 };
}
