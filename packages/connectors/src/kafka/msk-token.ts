import { createHash, createHmac } from "node:crypto";
import type { Credentials } from "@letsdata/plugin-kit/connector";

/** https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html: a token is good for 15 minutes at most. */
const TOKEN_SECONDS = 900;
const AGENT = "letsdata";

/**
 * The OAUTHBEARER token by which a cluster of MSK lets IAM in: a presigned call of `kafka-cluster:Connect`, base64url.
 * `now`: epoch milliseconds.
 */
export function mskToken(credentials: Credentials, region: string, now = Date.now()): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/kafka-cluster/aws4_request`;
  const host = `kafka.${region}.amazonaws.com`;
  const query: readonly (readonly [string, string])[] = [
    ["Action", "kafka-cluster:Connect"],
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${scope}`],
    ["X-Amz-Date", time],
    ["X-Amz-Expires", String(TOKEN_SECONDS)],
    ...(credentials.sessionToken === undefined ? [] : [["X-Amz-Security-Token", credentials.sessionToken] as const]),
    ["X-Amz-SignedHeaders", "host"],
  ];
  const canonicalQuery = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const request = ["GET", "/", canonicalQuery, `host:${host}\n`, "host", sha256("")].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  const key = [time.slice(0, 8), region, "kafka-cluster", "aws4_request"].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString("hex");
  const url = `https://${host}/?${canonicalQuery}&X-Amz-Signature=${signature}&User-Agent=${AGENT}`;
  return Buffer.from(url).toString("base64url");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(secret: string | Buffer, text: string): Buffer {
  return createHmac("sha256", secret).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
