import type { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandInput, type S3Client } from "@aws-sdk/client-s3";
import { signGet } from "@letsdata/aws/sign-get";

export interface GotObject {
  readonly body: Readable;
  readonly etag: string;
  readonly contentLength: number;
  /** `bytes 0-9/100`; empty where the whole object is answered. */
  readonly contentRange: string;
}

export interface GetObject {
  readonly bucket: string;
  readonly key: string;
  /** `bytes=0-9`; null = the whole object. */
  readonly range: string | null;
  /** Only while the object has this ETag; null = whatever it is. */
  readonly etag: string | null;
}

/**
 * GetObject for reading at speed: asks without the SDK's middleware, which costs more than all else of a small object (docs/adr/0010).
 * Whatever does not end well is asked again through the SDK: redirections, retries and errors are its own.
 */
export async function getObject(s3: S3Client, get: GetObject, signal: AbortSignal): Promise<GotObject> {
  return (await getDirectly(s3, get, signal).catch(() => null)) ?? (await getBySdk(s3, get, signal));
}

/** Null where the answer is not the object, or the bucket needs more than Signature Version 4. */
async function getDirectly(s3: S3Client, get: GetObject, signal: AbortSignal): Promise<GotObject | null> {
  const { config } = s3;
  const place = await placeOf(s3, get.bucket);
  if (place === null) return null;
  const credentials = await config.credentials();
  const path = `${place.path}/${get.key.split("/").map(escapePart).join("/")}`;
  const headers = signGet(
    {
      host: place.host,
      path,
      headers: {
        ...(get.range === null ? {} : { range: get.range }),
        ...(get.etag === null ? {} : { "if-match": get.etag }),
      },
    },
    { region: place.region, service: "s3", ...credentials },
    Date.now() + config.systemClockOffset,
  );
  const request = {
    method: "GET",
    protocol: place.protocol,
    hostname: place.hostname,
    port: place.port,
    path,
    headers,
  };
  const { response } = await config.requestHandler.handle(request as never, { abortSignal: signal });
  const body = response.body as Readable;
  if (response.statusCode !== 200 && response.statusCode !== 206) {
    body.on("error", () => {}).resume();
    return null;
  }
  return {
    body,
    etag: response.headers.etag ?? "",
    contentLength: Number(response.headers["content-length"] ?? 0),
    contentRange: response.headers["content-range"] ?? "",
  };
}

async function getBySdk(s3: S3Client, get: GetObject, signal: AbortSignal): Promise<GotObject> {
  const input: GetObjectCommandInput = { Bucket: get.bucket, Key: get.key };
  if (get.range !== null) input.Range = get.range;
  if (get.etag !== null) input.IfMatch = get.etag;
  const answer = await s3.send(new GetObjectCommand(input), { abortSignal: signal });
  return {
    body: answer.Body as Readable,
    etag: answer.ETag ?? "",
    contentLength: answer.ContentLength ?? 0,
    contentRange: answer.ContentRange ?? "",
  };
}

interface Place {
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: number | undefined;
  /** Before `/key`. */
  readonly path: string;
  readonly region: string;
}

const places = new WeakMap<S3Client, Map<string, Promise<Place | null>>>();

/** Where a bucket is, by the SDK's own rules; null where it is not plain S3. */
function placeOf(s3: S3Client, bucket: string): Promise<Place | null> {
  const byBucket = places.get(s3) ?? new Map<string, Promise<Place | null>>();
  places.set(s3, byBucket);
  const place = byBucket.get(bucket) ?? findPlace(s3, bucket);
  byBucket.set(bucket, place);
  return place;
}

async function findPlace({ config }: S3Client, bucket: string): Promise<Place | null> {
  const own = await config.endpoint?.();
  const region = await config.region();
  const { url, properties } = config.endpointProvider({
    Bucket: bucket,
    Region: region,
    ForcePathStyle: config.forcePathStyle === true,
    UseFIPS: false,
    UseDualStack: false,
    ...(own ? { Endpoint: `${own.protocol}//${own.hostname}${own.port ? `:${own.port}` : ""}${own.path}` } : {}),
  });
  const scheme = (properties?.authSchemes as readonly Readonly<Record<string, unknown>>[] | undefined)?.[0];
  if (scheme?.name !== "sigv4" || scheme.signingName !== "s3") return null;
  return {
    protocol: url.protocol,
    host: url.host,
    hostname: url.hostname,
    port: url.port === "" ? undefined : Number(url.port),
    path: url.pathname === "/" ? "" : url.pathname.replace(/\/$/, ""),
    region: String(scheme.signingRegion ?? region),
  };
}

/** As Signature Version 4 wants it: all but letters, digits and `-._~`. */
function escapePart(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
