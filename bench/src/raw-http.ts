import { createHash, createHmac } from "node:crypto";
import { Agent, get, type IncomingMessage } from "node:http";
import { benchCredentials } from "./endpoints/bench-account.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const unsigned = "UNSIGNED-PAYLOAD";
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Gets an object with nothing but node:http and a signature, throws the bytes away, and answers how many they were. */
export async function getRaw(endpoint: string, bucket: string, key: string): Promise<number> {
  const { host } = new URL(endpoint);
  const stamp = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const day = stamp.slice(0, 8);
  const path = `/${bucket}/${encodeURIComponent(key)}`;
  const headers = `host:${host}\nx-amz-content-sha256:${unsigned}\nx-amz-date:${stamp}\n`;
  const names = "host;x-amz-content-sha256;x-amz-date";
  const request = createHash("sha256").update(`GET\n${path}\n\n${headers}\n${names}\n${unsigned}`).digest("hex");
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const signingKey = ["us-east-1", "s3", "aws4_request"].reduce<Buffer>(
    (signed, part) => hmac(signed, part),
    hmac(`AWS4${benchCredentials.secretAccessKey}`, day),
  );
  const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${request}`).toString("hex");
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(
      `${endpoint}${path}`,
      {
        agent,
        headers: {
          "x-amz-content-sha256": unsigned,
          "x-amz-date": stamp,
          authorization: `AWS4-HMAC-SHA256 Credential=${benchCredentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
        },
      },
      resolve,
    ).on("error", reject);
  });
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  if (response.statusCode !== 200) throw new Error(`GET ${path} answered ${response.statusCode}`);
  return bytes;
}
