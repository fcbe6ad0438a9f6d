import { expect, test } from "vitest";
import { signGet } from "./sign-get.ts";

/** AWS, "Signature calculations for the Authorization header", example "GET Object". */
test("a GET is signed as AWS's own example is, and a session's token is signed with it", () => {
  const get = { host: "examplebucket.s3.amazonaws.com", path: "/test.txt", headers: { range: "bytes=0-9" } };
  const signer = {
    region: "us-east-1",
    service: "s3",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
  const now = Date.UTC(2013, 4, 24);
  expect(signGet(get, signer, now).authorization).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
      "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, " +
      "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  );
  const inSession = signGet(get, { ...signer, sessionToken: "token" }, now);
  expect(inSession["x-amz-security-token"]).toBe("token");
  expect(inSession.authorization).toContain("x-amz-date;x-amz-security-token,");
});
