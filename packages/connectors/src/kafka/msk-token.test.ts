import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, test } from "vitest";
import { mskToken } from "./msk-token.ts";

/** SHA-256, with a key its HMAC, as the SDK's signer asks for it. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(key?: string | Uint8Array | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key as string | Uint8Array);
  }
  update(bytes: string | Uint8Array): void {
    this.#hash.update(bytes);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error("a digest is taken once");
  }
}

const now = Date.UTC(2026, 0, 1, 23, 59, 7);
const region = "eu-west-1";

test.each([
  { accessKeyId: "AKID", secretAccessKey: "secret/with+signs=" },
  { accessKeyId: "ASIA", secretAccessKey: "secret", sessionToken: "a/session+token==!'()*~ with all that is escaped" },
])(
  "the token is the SDK's own presigned call of kafka-cluster:Connect, good for 15 minutes: %o",
  async (credentials) => {
    const url = new URL(Buffer.from(mskToken(credentials, region, now), "base64url").toString());
    const signer = new SignatureV4({ credentials, region, service: "kafka-cluster", sha256: Sha256 });
    const hostname = `kafka.${region}.amazonaws.com`;
    const request = {
      method: "GET",
      protocol: "https:",
      hostname,
      path: "/",
      headers: { host: hostname },
      query: { Action: "kafka-cluster:Connect" },
    };
    const signed = await signer.presign(request, { signingDate: new Date(now), expiresIn: 900 });
    expect(url.host).toBe(hostname);
    expect(Object.fromEntries(url.searchParams)).toEqual({ ...signed.query, "User-Agent": "letsdata" });
    expect(url.searchParams.get("X-Amz-Security-Token")).toBe(credentials.sessionToken ?? null);
  },
);
