import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { readSecret } from "../read-secret.ts";
import type { Scalar, VectorItem } from "../vector-items.ts";
import { ALREADY_EXISTS, CALL_TIMEOUT_MS, callGrpcWeb } from "./grpc-web-call.ts";
import type { MomentoTarget } from "./permissions.ts";
import { bytesField, doubleField, fieldsOf, floatsField, integerField, packedIntegers } from "./protobuf.ts";

export interface MomentoIndex {
  readonly name: string;
  readonly numDimensions: number;
  /** undefined where Momento does not say. */
  readonly similarityMetric: SimilarityMetric | undefined;
}

/** Field numbers of Momento's published messages, `controlclient.proto` and `vectorindex.proto`. */
const SIMILARITY_FIELDS = { EUCLIDEAN_SIMILARITY: 1, INNER_PRODUCT: 2, COSINE_SIMILARITY: 3 } as const;
export type SimilarityMetric = keyof typeof SIMILARITY_FIELDS;
const EMPTY = Buffer.alloc(0);

export type MomentoClient = Awaited<ReturnType<typeof openMomento>>;

/**
 * The calls a target needs. Momento published no REST API for vector indexes: its browser SDK spoke gRPC-Web, as this does.
 * The vendor has retired the service, so that this was tried against a server of our own only.
 */
export async function openMomento(
  config: MomentoTarget,
  access: CloudAccess,
  signal?: AbortSignal,
  timeoutMs = CALL_TIMEOUT_MS,
) {
  const path = "writeConnector.momentoAuthTokenArn";
  if (config.momentoAuthTokenArn === undefined) {
    throw new Problem("CONFIG_INVALID", "A Momento index needs a token.", { path });
  }
  const token = await readSecret(config.momentoAuthTokenArn, path, access, signal);
  const { endpoint, apiKey } = parseToken(token, path);
  const call = (service: "control" | "vector", method: string, message: Buffer, during: AbortSignal) => {
    access.onRequest?.();
    return callGrpcWeb({ origin: originOf(endpoint, service), method, apiKey, message, signal: during, timeoutMs });
  };
  return {
    async findIndex(name: string, during: AbortSignal): Promise<MomentoIndex | null> {
      const answer = await call("control", "control_client.ScsControl/ListIndexes", EMPTY, during);
      return indexesOf(answer).find((index) => index.name === name) ?? null;
    },
    /** One that is there already is fine. */
    async createIndex(name: string, during: AbortSignal): Promise<void> {
      const metric = bytesField(SIMILARITY_FIELDS[config.similarityMetric], EMPTY);
      const message = Buffer.concat([
        bytesField(1, name),
        integerField(2, config.numDimensions),
        bytesField(3, metric),
      ]);
      await call("control", "control_client.ScsControl/CreateIndex", message, during).catch(unless(ALREADY_EXISTS));
    },
    /** One that is gone already is fine. */
    async deleteIndex(name: string, during: AbortSignal): Promise<void> {
      await call("control", "control_client.ScsControl/DeleteIndex", bytesField(1, name), during).catch((thrown) => {
        if (!(thrown instanceof Problem) || thrown.code !== "RESOURCE_NOT_FOUND") throw thrown;
      });
    },
    /** Returns the places of items that were not stored. */
    async upsert(index: string, items: readonly VectorItem[], during: AbortSignal): Promise<readonly number[]> {
      const message = Buffer.concat([bytesField(1, index), ...items.map((item) => bytesField(2, itemMessage(item)))]);
      const answer = await call("vector", "vectorindex.VectorIndex/UpsertItemBatch", message, during);
      return fieldsOf(answer).flatMap(({ number, bytes }) => (number === 1 ? packedIntegers(bytes) : []));
    },
  };
}

/** An API key as the vendor's console gave it: base64 of `{"endpoint", "api_key"}`. A full URL as endpoint is a server of one's own. */
function parseToken(token: string, path: string): { readonly endpoint: string; readonly apiKey: string } {
  try {
    const parsed = JSON.parse(Buffer.from(token, "base64").toString("utf8")) as Record<string, unknown>;
    const { endpoint, api_key: apiKey } = parsed;
    if (typeof endpoint === "string" && typeof apiKey === "string") return { endpoint, apiKey };
  } catch {
    // Falls through: neither the token nor its parts may reach a message.
  }
  throw new Problem("CONFIG_INVALID", "The token secret holds no Momento API key.", { path });
}

function originOf(endpoint: string, service: "control" | "vector"): string {
  return /^https?:\/\//.test(endpoint) ? endpoint.replace(/\/$/, "") : `https://web.${service}.${endpoint}`;
}

function indexesOf(answer: Buffer): MomentoIndex[] {
  return fieldsOf(answer)
    .filter(({ number }) => number === 1)
    .map(({ bytes }) => {
      const fields = fieldsOf(bytes);
      return {
        name: fields.find(({ number }) => number === 1)?.bytes.toString("utf8") ?? "",
        numDimensions: Number(fields.find(({ number }) => number === 2)?.integer ?? 0n),
        similarityMetric: metricOf(fields.find(({ number }) => number === 3)?.bytes ?? EMPTY),
      };
    });
}

function metricOf(message: Buffer): SimilarityMetric | undefined {
  const chosen = fieldsOf(message)[0]?.number;
  return (Object.keys(SIMILARITY_FIELDS) as SimilarityMetric[]).find((name) => SIMILARITY_FIELDS[name] === chosen);
}

function itemMessage({ id, vector, metadata }: VectorItem): Buffer {
  return Buffer.concat([
    bytesField(1, id),
    bytesField(2, floatsField(1, vector)),
    ...Object.entries(metadata).map(([name, value]) => bytesField(3, metadataMessage(name, value))),
  ]);
}

function metadataMessage(name: string, value: Scalar): Buffer {
  const field = bytesField(1, name);
  if (typeof value === "string") return Buffer.concat([field, bytesField(2, value)]);
  if (typeof value === "boolean") return Buffer.concat([field, integerField(5, value ? 1 : 0)]);
  return Buffer.concat([field, Number.isSafeInteger(value) ? integerField(3, value) : doubleField(4, value)]);
}

function unless(status: number): (thrown: unknown) => void {
  return (thrown) => {
    if (!(thrown instanceof Problem) || thrown.details.grpcStatus !== status) throw thrown;
  };
}
