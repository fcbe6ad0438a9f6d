import type { SourceRecord } from "@letsdata/plugin-kit/reader";

/** A record's place in words, for messages. */
export function recordPlace({ source, start }: SourceRecord): string {
  return `at ${typeof start === "number" ? `byte ${start}` : `position ${start}`} of ${source.name}`;
}
