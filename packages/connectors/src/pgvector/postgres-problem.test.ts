import { describe, expect, it } from "vitest";
import { isOfDocument, postgresProblem } from "./postgres-problem.ts";

const error = (code: string | undefined, message = "said: geheim") => Object.assign(new Error(message), { code });

describe("what PostgreSQL answers", () => {
  it.each(["22000", "22P02", "22003", "23502", "23514", "21000", "44000", "54000", "P0001"])(
    "concerns one document: %s",
    (code) => {
      const problem = postgresProblem(error(code));
      expect(problem.code).toBe("CLOUD_CALL_REFUSED");
      expect(isOfDocument(problem)).toBe(true);
    },
  );

  it.each([
    ...["25006", "58000", "58030", "XX000", "57P01", "57P03", "53100", "40001", "08006", "ECONNRESET", "ENOTFOUND"].map(
      (code) => error(code),
    ),
    error(undefined, "Query read timeout"),
    ...["query_wait_timeout", "server login has been failing, try again later (server_login_retry)"].map((text) =>
      error("08P01", text),
    ),
  ])("passes by itself: $code $message", (thrown) => {
    const problem = postgresProblem(thrown);
    expect(problem).toMatchObject({ code: "CLOUD_UNAVAILABLE", entry: { retry: "later" } });
    expect(isOfDocument(problem)).toBe(false);
  });

  it.each<[Error, string, string]>([
    [error("42703"), "CONFIG_INVALID", "must have the columns"],
    [error("42804"), "CONFIG_INVALID", "must have the columns"],
    [error("DEPTH_ZERO_SELF_SIGNED_CERT"), "CONFIG_INVALID", "below the URL in the secret"],
    [error("ERR_TLS_CERT_ALTNAME_INVALID"), "CONFIG_INVALID", "host name that the certificate names"],
    [
      error("08P01", "unsupported startup parameter: statement_timeout"),
      "CONFIG_INVALID",
      "refuses the startup parameter statement_timeout (08P01)",
    ],
    ...[
      "no such database: geheim",
      'server login failed: FATAL database "geheim" does not exist',
      'server login failed: FATAL password authentication failed for user "geheim"',
    ].map((text): [Error, string, string] => [
      error("08P01", text),
      "CONFIG_INVALID",
      "Compare database, user, password and sslmode",
    ]),
    [error("55000"), "CLOUD_CALL_REFUSED", "(55000)"],
    [error("XX001"), "CLOUD_CALL_REFUSED", "(XX001)"],
    [error("42501"), "ACCESS_DENIED", "(42501)"],
  ])("fails the task, since every document would meet it: %s", (thrown, code, text) => {
    const problem = postgresProblem(thrown);
    expect(problem).toMatchObject({ code, entry: { retry: "never" }, message: expect.stringContaining(text) });
    expect(isOfDocument(problem)).toBe(false);
    expect(problem.message).not.toContain("geheim");
  });
});
