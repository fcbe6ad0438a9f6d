import { expect, test } from "vitest";
import { signingKey } from "./canonical-request.ts";
import { ChunkedBody } from "./chunked-body.ts";
import { verifySignature } from "./verify-signature.ts";

// The worked examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and its neighbours.
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const NOW = Date.UTC(2013, 4, 24);
const SCOPE = "20130524/us-east-1/s3/aws4_request";
const findKey = (id: string) =>
  id === "AKIAIOSFODNN7EXAMPLE" ? { secretAccessKey: SECRET, sessionToken: null, expiresAt: null } : null;
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function getObject(more: Record<string, string> = {}) {
  return {
    method: "GET",
    rawPath: "/test.txt",
    query: new URLSearchParams(),
    bodySha256: null,
    headers: {
      host: "examplebucket.s3.amazonaws.com",
      range: "bytes=0-9",
      "x-amz-content-sha256": EMPTY,
      "x-amz-date": "20130524T000000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/${SCOPE},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
      ...more,
    },
  };
}

function presigned(more: Record<string, string> = {}) {
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `AKIAIOSFODNN7EXAMPLE/${SCOPE}`,
    "X-Amz-Date": "20130524T000000Z",
    "X-Amz-Expires": "86400",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    ...more,
  });
  return {
    method: "GET",
    rawPath: "/test.txt",
    query,
    bodySha256: null,
    headers: { host: "examplebucket.s3.amazonaws.com" },
  };
}

test("AWS's example of a signed header holds, and any change to it does not", () => {
  expect(verifySignature(getObject(), findKey, NOW)).toMatchObject({ service: "s3", region: "us-east-1" });
  const refused = (request: ReturnType<typeof getObject>, code: string, now = NOW) =>
    expect(() => verifySignature(request, findKey, now)).toThrow(expect.objectContaining({ code }));
  refused(getObject({ range: "bytes=0-10" }), "SignatureDoesNotMatch");
  refused({ ...getObject(), rawPath: "/other.txt" }, "SignatureDoesNotMatch");
  refused({ ...getObject(), method: "PUT" }, "SignatureDoesNotMatch");
  refused({ ...getObject(), query: new URLSearchParams("versionId=1") }, "SignatureDoesNotMatch");
  refused(getObject({ "x-amz-security-token": "t" }), "InvalidToken");
  refused(getObject(), "RequestTimeTooSkewed", NOW + 15 * 60_000 + 1000);
  expect(verifySignature(getObject(), findKey, NOW + 14 * 60_000)).not.toBeNull();
});

test("AWS's example of a presigned address holds until it expires", () => {
  expect(verifySignature(presigned(), findKey, NOW + 86_400_000)).toMatchObject({ payload: { kind: "unsigned" } });
  expect(() => verifySignature(presigned(), findKey, NOW + 86_401_000)).toThrow(
    expect.objectContaining({ code: "AccessDenied", message: "Request has expired" }),
  );
  expect(() => verifySignature(presigned({ "X-Amz-Expires": "86401" }), findKey, NOW)).toThrow(
    expect.objectContaining({ code: "SignatureDoesNotMatch" }),
  );
  expect(() => verifySignature(presigned({ "X-Amz-Expires": "604801" }), findKey, NOW)).toThrow(
    expect.objectContaining({ code: "AuthorizationQueryParametersError" }),
  );
});

test("an unsigned request carries no signature", () => {
  expect(verifySignature({ ...getObject(), headers: {} }, findKey, NOW)).toBeNull();
});

const CHUNKS = [
  `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${"a".repeat(65_536)}\r\n`,
  `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${"a".repeat(1024)}\r\n`,
  "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
];

async function decode(text: string, pieceBytes: number): Promise<string> {
  const body = new ChunkedBody({
    kind: "chunked",
    trailer: false,
    signing: {
      key: signingKey(SECRET, "20130524", "us-east-1", "s3"),
      seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
      scope: SCOPE,
      date: "20130524T000000Z",
    },
  });
  async function* pieces() {
    for (let at = 0; at < text.length; at += pieceBytes) yield Buffer.from(text.slice(at, at + pieceBytes));
  }
  let decoded = "";
  for await (const piece of body.decode(pieces())) decoded += piece.toString();
  return decoded;
}

test.each([1000, 65_537, 100_000])(
  "AWS's example of signed chunks decodes however it is cut (%i bytes)",
  async (pieceBytes) => {
    expect(await decode(CHUNKS.join(""), pieceBytes)).toBe("a".repeat(66_560));
  },
);

test("a changed, missing or cut chunk is refused", async () => {
  const whole = CHUNKS.join("");
  await expect(decode(whole.replace("aaaa\r\n400", "aaab\r\n400"), 5000)).rejects.toMatchObject({
    code: "SignatureDoesNotMatch",
  });
  await expect(decode(`${CHUNKS[0]}${CHUNKS[2]}`, 5000)).rejects.toMatchObject({ code: "SignatureDoesNotMatch" });
  await expect(decode(`${CHUNKS[0]}${CHUNKS[1]}`, 5000)).rejects.toMatchObject({ code: "IncompleteBody" });
  await expect(decode("zz\r\n", 5000)).rejects.toMatchObject({ code: "InvalidRequest" });
});
