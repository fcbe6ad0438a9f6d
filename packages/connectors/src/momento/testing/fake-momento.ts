import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { bytesField, type Field, fieldsOf, integerField, varint } from "../protobuf.ts";

export const API_KEY = "fake-key";
/** In the order of their field numbers, from 1. */
const METRICS = ["EUCLIDEAN_SIMILARITY", "INNER_PRODUCT", "COSINE_SIMILARITY"] as const;
type SimilarityMetric = (typeof METRICS)[number];

interface FakeShape {
  readonly numDimensions: number;
  readonly similarityMetric: SimilarityMetric;
}

interface FakeIndex extends FakeShape {
  readonly items: Map<string, { readonly vector: number[]; readonly metadata: Map<string, unknown> }>;
}

/** What a call may meet: a gRPC status, a cut connection before or after it was done, a late answer, or a first item that is not stored. */
export type Misbehaviour =
  | { readonly status: number }
  | { readonly cut: "before" | "after" }
  | { readonly latencyMs: number }
  | { readonly refuseFirst: true };

/** A server that speaks the calls of Momento's vector index which the writer uses, over gRPC-Web. */
export async function startFakeMomento() {
  const indexes = new Map<string, FakeIndex>();
  const makeIndex = (name: string, shape: FakeShape) => indexes.set(name, { ...shape, items: new Map() });
  let refuseNext: readonly number[] = [];
  let failNext: number | null = null;
  let misbehaviourOf: (index: string) => Misbehaviour | null = () => null;

  const methods: Readonly<Record<string, (fields: readonly Field[]) => Buffer | number>> = {
    "/control_client.ScsControl/ListIndexes": () =>
      Buffer.concat(
        [...indexes].map(([name, { numDimensions, similarityMetric }]) => {
          const metric = bytesField(METRICS.indexOf(similarityMetric) + 1, "");
          return bytesField(
            1,
            Buffer.concat([bytesField(1, name), integerField(2, numDimensions), bytesField(3, metric)]),
          );
        }),
      ),
    "/control_client.ScsControl/CreateIndex": (fields) => {
      const name = textOf(fields, 1);
      if (indexes.has(name)) return 6;
      const metric = fieldsOf(of(fields, 3)?.bytes ?? Buffer.alloc(0))[0]?.number ?? 0;
      const similarityMetric = METRICS[metric - 1];
      if (!similarityMetric) return 3;
      makeIndex(name, { numDimensions: Number(of(fields, 2)?.integer ?? 0n), similarityMetric });
      return Buffer.alloc(0);
    },
    "/control_client.ScsControl/DeleteIndex": (fields) => (indexes.delete(textOf(fields, 1)) ? Buffer.alloc(0) : 5),
    "/vectorindex.VectorIndex/UpsertItemBatch": (fields) => {
      const index = indexes.get(textOf(fields, 1));
      if (!index) return 5;
      const refused = refuseNext;
      refuseNext = [];
      const items = fields.filter(({ number }) => number === 2).map(({ bytes }) => fieldsOf(bytes));
      for (const [at, item] of items.entries()) {
        if (refused.includes(at)) continue;
        const vector = floatsOf(of(fieldsOf(of(item, 2)?.bytes ?? Buffer.alloc(0)), 1)?.bytes ?? Buffer.alloc(0));
        if (vector.length !== index.numDimensions) return 3;
        const metadata = item.filter(({ number }) => number === 3).map(({ bytes }) => metadataOf(fieldsOf(bytes)));
        index.items.set(textOf(item, 1), { vector, metadata: new Map(metadata) });
      }
      return refused.length === 0 ? Buffer.alloc(0) : bytesField(1, Buffer.concat(refused.map((at) => varint(at))));
    },
  };

  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", async () => {
      const fields = fieldsOf(Buffer.concat(pieces).subarray(5));
      const isUpsert = request.url?.endsWith("/UpsertItemBatch") ?? false;
      const met = isUpsert ? misbehaviourOf(textOf(fields, 1)) : null;
      if (met && "latencyMs" in met) await sleep(met.latencyMs);
      if (met && "refuseFirst" in met) refuseNext = [0];
      if (met && "cut" in met && met.cut === "before") return request.socket.destroy();
      const failing = met && "status" in met ? met.status : failNext;
      failNext = null;
      const method = methods[request.url ?? ""];
      const answer = failing ?? (request.headers.authorization !== API_KEY ? 16 : method ? method(fields) : 12);
      if (met && "cut" in met) return request.socket.destroy();
      response.writeHead(200, { "content-type": "application/grpc-web+proto" });
      if (typeof answer !== "number") response.write(frame(0, answer));
      response.end(frame(0x80, Buffer.from(`grpc-status:${typeof answer === "number" ? answer : 0}\r\n`)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    indexes,
    makeIndex,
    token: (apiKey = API_KEY) =>
      Buffer.from(JSON.stringify({ endpoint: `http://127.0.0.1:${port}`, api_key: apiKey })).toString("base64"),
    /** The items at these places of the next upsert are not stored. */
    refuse(places: readonly number[]): void {
      refuseNext = places;
    },
    /** The next call fails with this gRPC status. */
    fail(status: number): void {
      failNext = status;
    },
    /** What each upsert into an index meets from now on. */
    misbehave(of: (index: string) => Misbehaviour | null): void {
      misbehaviourOf = of;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function of(fields: readonly Field[], number: number): Field | undefined {
  return fields.find((field) => field.number === number);
}

function textOf(fields: readonly Field[], number: number): string {
  return of(fields, number)?.bytes.toString("utf8") ?? "";
}

function floatsOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

function metadataOf(fields: readonly Field[]): [string, unknown] {
  const name = textOf(fields, 1);
  const value = fields.find(({ number }) => number > 1);
  if (value?.number === 2) return [name, value.bytes.toString("utf8")];
  if (value?.number === 3) return [name, Number(BigInt.asIntN(64, value.integer))];
  return [name, value?.number === 4 ? value.bytes.readDoubleLE(0) : value?.integer === 1n];
}

function frame(flag: number, content: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header[0] = flag;
  header.writeUInt32BE(content.length, 1);
  return Buffer.concat([header, content]);
}
