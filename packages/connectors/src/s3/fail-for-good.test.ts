import { Problem } from "@letsdata/plugin-kit/problems";
import { describe, expect, it } from "vitest";
import { failForGood } from "./fail-for-good.ts";

function told(problem: unknown): unknown {
  try {
    return failForGood(problem);
  } catch (thrown) {
    return thrown;
  }
}

describe("what the S3 writer says once its tries are used up", () => {
  it.each(["THROTTLED", "CLOUD_UNAVAILABLE", "CREDENTIALS_EXPIRED"] as const)(
    "is WRITE_FAILED with what S3 said last (%s), which nobody tries again",
    (code) => {
      const last = new Problem(code, "AWS could not carry out s3:PutObject on arn:aws:s3:::b/k just now.", {
        details: { action: "s3:PutObject", resource: "arn:aws:s3:::b/k" },
      });
      expect(told(last)).toMatchObject({
        code: "WRITE_FAILED",
        entry: { retry: "never" },
        message: "AWS could not carry out s3:PutObject on arn:aws:s3:::b/k just now. (12 tries)",
        details: { cause: code, action: "s3:PutObject", resource: "arn:aws:s3:::b/k" },
      });
    },
  );

  it.each(["LEASE_LOST", "DATABASE_UNAVAILABLE", "UPLOAD_LOST", "ACCESS_DENIED"] as const)(
    "is left as it is where another attempt may cure it or no try was of use: %s",
    (code) => {
      const problem = new Problem(code, "so");
      expect(told(problem)).toBe(problem);
    },
  );
});
