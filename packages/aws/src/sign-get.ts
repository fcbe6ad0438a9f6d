import { createHmac, hash } from "node:crypto";

export interface GetToSign {
  /** As the Host header has it: with the port, unless it is the protocol's own. */
  readonly host: string;
  /** Escaped once, without a query. */
  readonly path: string;
  /** By lower-case name; all are signed. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface GetSigner {
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

const EMPTY_BODY = hash("sha256", "");

/**
 * All headers of a GET signed with Signature Version 4 (AWS, "Create a signed AWS API request"). For the few calls that are made so often
 * that the SDK's way of making them shows (docs/adr/0010); every other call goes through the SDK.
 */
export function signGet(get: GetToSign, signer: GetSigner, now: number): Record<string, string> {
  const stamp = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, "");
  const day = stamp.slice(0, 8);
  const scope = `${day}/${signer.region}/${signer.service}/aws4_request`;
  const headers: Record<string, string> = {
    ...get.headers,
    host: get.host,
    "x-amz-content-sha256": EMPTY_BODY,
    "x-amz-date": stamp,
    ...(signer.sessionToken === undefined ? {} : { "x-amz-security-token": signer.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const signedNames = names.join(";");
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join("");
  const request = `GET\n${get.path}\n\n${lines}\n${signedNames}\n${EMPTY_BODY}`;
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash("sha256", request, "hex")}`;
  const signature = createHmac("sha256", signingKey(signer, day)).update(text).digest("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return headers;
}

let last: { readonly secret: string; readonly day: string; readonly place: string; readonly key: Buffer } | null = null;

/** The last key is kept: it is good for a day. */
function signingKey({ secretAccessKey, region, service }: GetSigner, day: string): Buffer {
  const place = `${region}/${service}`;
  if (last?.secret === secretAccessKey && last.day === day && last.place === place) return last.key;
  let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [day, region, service, "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
  last = { secret: secretAccessKey, day, place, key };
  return key;
}
