import type { RecordSplitter, SourceRecord } from "@letsdata/plugin-kit/reader";

/** Lines as records, newline included; a batch per received chunk. */
export function lineSplitter(key: string, fileType = "LOG"): RecordSplitter {
  const source = { type: fileType, name: key };
  const newline = { kind: "pattern", pattern: Buffer.from("\n") } as const;
  return {
    framing: { fileType, resolvedName: key, start: null, end: newline },
    async *split(bytes, fromOffset) {
      let rest = Buffer.alloc(0);
      let offset = fromOffset;
      const cut = (body: Buffer): SourceRecord => {
        const record = { source, start: offset, end: offset + body.length, body, attributes: {} };
        offset = record.end;
        return record;
      };
      for await (const chunk of bytes) {
        rest = Buffer.concat([rest, chunk]);
        const records: SourceRecord[] = [];
        let from = 0;
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
          records.push(cut(rest.subarray(from, end + 1)));
          from = end + 1;
        }
        rest = rest.subarray(from);
        const offsetBehind = (count: number) => Number(records[count - 1]!.end);
        if (records.length > 0) yield { records, nextOffset: offset, offsetBehind };
      }
      if (rest.length > 0) yield { records: [cut(rest)], nextOffset: offset, offsetBehind: () => offset };
    },
  };
}
