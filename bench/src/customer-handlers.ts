/** Handlers as a customer would write them; product and bare loop call the same objects. */
type Result = {
  readonly nextRecordType: null;
  readonly status: "SUCCESS" | "SKIP" | "ERROR";
  readonly document: Readonly<Record<string, unknown>> | null;
};

export interface BenchParser {
  readonly recordStart: string;
  readonly recordEnd: string;
  parseDocument(type: string, name: string, offset: number, bytes: Uint8Array, start: number, end: number): Result;
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");

export const flightParser: BenchParser = {
  recordStart: "{",
  recordEnd: "\n",
  parseDocument(_type, _name, offset, bytes, start, end) {
    const flight = JSON.parse(textOf(bytes, start, end)) as Record<string, unknown>;
    if (flight.destination === null) return { nextRecordType: null, status: "SKIP", document: null };
    if (typeof flight.delay !== "number") {
      const document = { documentType: "ErrorDoc", documentId: String(offset), errorMessage: "delay is no number" };
      return { nextRecordType: null, status: "ERROR", document };
    }
    const document = {
      documentType: "Document",
      documentId: `${flight.date}-${flight.number}`,
      recordType: "Flight",
      partitionKey: flight.origin,
      documentMetadata: {},
      documentKeyValuesMap: { ...flight, late: flight.delay > 15 },
    };
    return { nextRecordType: null, status: "SUCCESS", document };
  },
};

const marker = "WARC/1.0\r\n";

export const wetParser: BenchParser = {
  recordStart: marker,
  recordEnd: marker,
  parseDocument(_type, _name, _offset, bytes, start, end) {
    const record = textOf(bytes, start, end);
    const split = record.indexOf("\r\n\r\n");
    const headers = new Map<string, string>();
    for (const line of record.slice(marker.length, split).split("\r\n")) {
      const colon = line.indexOf(": ");
      headers.set(line.slice(0, colon), line.slice(colon + 2));
    }
    if (headers.get("WARC-Type") !== "conversion") return { nextRecordType: null, status: "SKIP", document: null };
    const length = Number(headers.get("Content-Length"));
    const content = record.slice(split + 4, split + 4 + length);
    const uri = headers.get("WARC-Target-URI")!;
    const document = {
      documentType: "Document",
      documentId: uri,
      recordType: "Page",
      partitionKey: uri,
      documentMetadata: {},
      documentKeyValuesMap: { uri, date: headers.get("WARC-Date"), words: content.split(" ").length, content },
    };
    return { nextRecordType: null, status: "SUCCESS", document };
  },
};
