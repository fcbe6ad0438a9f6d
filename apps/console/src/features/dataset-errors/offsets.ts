import type { ErrorRecordDto } from "@letsdata/api/contract/error-dto";

export interface OffsetRange {
  readonly type: string;
  readonly start: string;
  readonly end: string;
  readonly fileName: string | undefined;
}

/** Where in its source files the record came from, a range per record type. */
export function offsetsOf(
  record: Pick<ErrorRecordDto, "errorStartOffsetMap" | "errorEndOffsetMap" | "source">,
): readonly OffsetRange[] {
  const types = [...new Set([...Object.keys(record.errorStartOffsetMap), ...Object.keys(record.errorEndOffsetMap)])];
  return types.map((type) => ({
    type,
    start: record.errorStartOffsetMap[type] ?? "?",
    end: record.errorEndOffsetMap[type] ?? "?",
    fileName: record.source.fileNames[type] ?? Object.values(record.source.fileNames)[0],
  }));
}

/** A dump has five times as many characters as there are bytes. */
export const dumpedBytesMax = 48 * 1024;

/** The first bytes as a hex dump of 16 a line, with their text beside them. */
export function hexDump(base64: string): string {
  // Four characters stand for three bytes.
  const head = base64.slice(0, (dumpedBytesMax / 3) * 4);
  const bytes = Uint8Array.from(atob(head), (character) => character.charCodeAt(0));
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}
