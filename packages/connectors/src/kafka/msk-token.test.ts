import { expect, test } from "vitest";
import { mskToken } from "./msk-token.ts";

test("the token is a presigned call of kafka-cluster:Connect, good for 15 minutes, as the caller's session", () => {
  const credentials = { accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "a/session+token" };
  const url = new URL(Buffer.from(mskToken(credentials, "eu-west-1", 1_767_225_600_000), "base64url").toString());
  expect(url.host).toBe("kafka.eu-west-1.amazonaws.com");
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: "kafka-cluster:Connect",
    "X-Amz-Credential": "AKID/20260101/eu-west-1/kafka-cluster/aws4_request",
    "X-Amz-Date": "20260101T000000Z",
    "X-Amz-Expires": "900",
    "X-Amz-Security-Token": "a/session+token",
    "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});
