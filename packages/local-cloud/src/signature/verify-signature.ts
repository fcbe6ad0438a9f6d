import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../server/aws-error.ts";
import type { Payload } from "../server/service.ts";
import { canonicalRequest, hmac, signingKey, stringToSign } from "./canonical-request.ts";

export interface StoredKey {
  readonly secretAccessKey: string;
  /** Set for temporary credentials: requests must carry it. */
  readonly sessionToken: string | null;
  /** Epoch ms. */
  readonly expiresAt: number | null;
}

export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly payload: Payload;
}

const CLOCK_SKEW_MS = 15 * 60_000;
const PRESIGNED_SECONDS_MAX = 7 * 24 * 3600;

interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token: string | null;
  readonly payloadHash: string;
  readonly expiresSeconds: number | null;
}

export interface UnverifiedRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Hash of a body that was read before; null while it still streams. */
  readonly bodySha256: string | null;
}

/** The service the credential scope names, before anything is verified; null for an unsigned request. */
export function claimedService(request: Pick<UnverifiedRequest, "headers" | "query">): string | null {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1] ?? request.query.get("X-Amz-Credential");
  return credential?.split("/").at(-2) ?? null;
}

/** Returns null for an unsigned request; throws AwsError when a signature is present and wrong. */
export function verifySignature(
  request: UnverifiedRequest,
  findKey: (accessKeyId: string) => StoredKey | null,
  now: number,
): Signature | null {
  const claim = readClaim(request);
  if (!claim) return null;
  const isS3 = claim.service === "s3";
  const key = findKey(claim.accessKeyId);
  if (!key) throw unknownKey(claim, isS3);
  checkToken(claim, key, isS3, now);
  checkTime(claim, isS3, now);

  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  const canonical = canonicalRequest({ ...request, ...claim });
  const secretKey = signingKey(key.secretAccessKey, claim.day, claim.region, claim.service);
  const expected = hmac(secretKey, stringToSign(claim.date, scope, canonical)).toString("hex");
  const given = Buffer.from(claim.signature);
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      403,
      isS3 ? { AWSAccessKeyId: claim.accessKeyId, CanonicalRequest: canonical } : {},
    );
  }
  if (request.bodySha256 !== null && claim.payloadHash !== request.bodySha256) {
    throw new AwsError("SignatureDoesNotMatch", "The body does not match the signed x-amz-content-sha256 header.", 403);
  }
  if (!claim.signedHeaders.includes("host")) throw new AwsError("AccessDenied", "The host header must be signed", 403);
  return {
    accessKeyId: claim.accessKeyId,
    region: claim.region,
    service: claim.service,
    payload: payloadOf(claim, secretKey, scope),
  };
}

function payloadOf(claim: Claim, key: Buffer, scope: string): Payload {
  switch (claim.payloadHash) {
    case "UNSIGNED-PAYLOAD":
      return { kind: "unsigned" };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { kind: "chunked", trailer: true, signing: null };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return {
        kind: "chunked",
        trailer: claim.payloadHash.endsWith("TRAILER"),
        signing: { key, seed: claim.signature, scope, date: claim.date },
      };
    default:
      return { kind: "hash", sha256: claim.payloadHash };
  }
}

function readClaim({ headers, query, bodySha256 }: UnverifiedRequest): Claim | null {
  const header = headers.authorization;
  if (header) {
    if (!header.startsWith("AWS4-HMAC-SHA256")) {
      throw new AwsError(
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        400,
      );
    }
    const fields = new Map(
      header
        .slice("AWS4-HMAC-SHA256".length)
        .split(",")
        .map((pair) => {
          const at = pair.indexOf("=");
          return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
        }),
    );
    return claimFrom({
      credential: fields.get("Credential"),
      signedHeaders: fields.get("SignedHeaders"),
      signature: fields.get("Signature"),
      date: one(headers["x-amz-date"]),
      token: one(headers["x-amz-security-token"]) ?? null,
      payloadHash: one(headers["x-amz-content-sha256"]) ?? bodySha256,
      expiresSeconds: null,
    });
  }
  if (!query.has("X-Amz-Signature")) return null;
  const expiresSeconds = Number(query.get("X-Amz-Expires"));
  if (!(expiresSeconds >= 1 && expiresSeconds <= PRESIGNED_SECONDS_MAX)) {
    throw new AwsError("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds", 400);
  }
  return claimFrom({
    credential: query.get("X-Amz-Credential"),
    signedHeaders: query.get("X-Amz-SignedHeaders"),
    signature: query.get("X-Amz-Signature"),
    date: query.get("X-Amz-Date"),
    token: query.get("X-Amz-Security-Token"),
    payloadHash: one(headers["x-amz-content-sha256"]) ?? query.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD",
    expiresSeconds,
  });
}

function claimFrom(raw: {
  credential: string | null | undefined;
  signedHeaders: string | null | undefined;
  signature: string | null | undefined;
  date: string | null | undefined;
  token: string | null;
  payloadHash: string | null;
  expiresSeconds: number | null;
}): Claim {
  const [accessKeyId, day, region, service, terminator] = raw.credential?.split("/") ?? [];
  if (
    !accessKeyId ||
    !day ||
    !region ||
    !service ||
    terminator !== "aws4_request" ||
    !raw.signedHeaders ||
    !raw.signature ||
    !raw.date
  ) {
    throw new AwsError("IncompleteSignature", "The request signature does not conform to AWS standards.", 400);
  }
  if (service === "s3" && raw.payloadHash === null) {
    throw new AwsError("InvalidRequest", "Missing required header for this request: x-amz-content-sha256", 400);
  }
  return {
    accessKeyId,
    day,
    region,
    service,
    date: raw.date,
    signedHeaders: raw.signedHeaders.split(";"),
    signature: raw.signature,
    token: raw.token,
    payloadHash: raw.payloadHash ?? "",
    expiresSeconds: raw.expiresSeconds,
  };
}

function unknownKey(claim: Claim, isS3: boolean): AwsError {
  return isS3
    ? new AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403, {
        AWSAccessKeyId: claim.accessKeyId,
      })
    : new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
}

function checkToken(claim: Claim, key: StoredKey, isS3: boolean, now: number): void {
  if ((key.sessionToken ?? null) !== claim.token) {
    throw isS3
      ? new AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
      : new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
  }
  if (key.expiresAt !== null && key.expiresAt <= now) {
    throw isS3
      ? new AwsError("ExpiredToken", "The provided token has expired.", 400)
      : new AwsError("ExpiredToken", "The security token included in the request is expired", 403);
  }
}

function checkTime(claim: Claim, isS3: boolean, now: number): void {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.date);
  if (!parts || !claim.date.startsWith(claim.day)) {
    throw new AwsError(
      "IncompleteSignature",
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
      400,
    );
  }
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  const signedAt = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  if (claim.expiresSeconds !== null) {
    if (now > signedAt + claim.expiresSeconds * 1000) throw new AwsError("AccessDenied", "Request has expired", 403);
    if (now < signedAt - CLOCK_SKEW_MS) throw new AwsError("AccessDenied", "Request is not valid yet", 403);
    return;
  }
  if (Math.abs(now - signedAt) > CLOCK_SKEW_MS) {
    throw isS3
      ? new AwsError(
          "RequestTimeTooSkewed",
          "The difference between the request time and the current time is too large.",
          403,
        )
      : new AwsError(
          "SignatureDoesNotMatch",
          `Signature expired: ${claim.date} is now earlier or later than 15 min of the current time`,
          403,
        );
  }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
