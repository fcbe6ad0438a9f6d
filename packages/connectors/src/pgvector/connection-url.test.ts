import { describe, expect, it } from "vitest";
import { connectionOfSecret } from "./connection-url.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmg\n-----END CERTIFICATE-----";
const refusalOf = (secret: string) => {
  try {
    return connectionOfSecret(secret);
  } catch (thrown) {
    return thrown;
  }
};

describe("the connection of a secret", () => {
  it("has the URL's fields, escapes resolved", () => {
    const { password, ...rest } = connectionOfSecret(
      "postgresql://wri%40ter:p%23 s%@[::1]:6432/my%20pages?options=-c%20search_path%3Dx&application_name=mine&channel_binding=require",
    );
    expect((password as () => string)()).toBe("p# s%");
    expect(rest).toEqual({
      user: "wri@ter",
      host: "::1",
      port: 6432,
      database: "my pages",
      ssl: false,
      sslnegotiation: "postgres",
      options: "-c search_path=x",
      application_name: "mine",
    });
  });

  it("may stand in parameters, and lacks what other programs would take from their surroundings", () => {
    process.env.PGPASSWORD = "of-the-worker";
    try {
      const connection = connectionOfSecret("postgres:///?host=db.test&user=u&port=7");
      expect(connection).toMatchObject({ host: "db.test", user: "u", port: 7, database: "u" });
      expect((connection.password as () => string)()).toBe("");
    } finally {
      delete process.env.PGPASSWORD;
    }
  });

  it.each(["sslrootcert", "sslcert", "sslkey", "passfile"])("names no file of this machine: %s", (name) => {
    const thrown = refusalOf(`postgresql://u:geheim@db.test/pages?sslmode=verify-full&${name}=/etc/geheim`);
    expect(thrown).toMatchObject({
      code: "CONFIG_INVALID",
      path: "writeConnector.connectionSecretArn",
      message: expect.stringContaining(name),
    });
    expect((thrown as Error).message).not.toContain("geheim");
  });

  it.each([
    "postgresql://u:geheim@%2Fvar%2Frun%2Fgeheim/pages",
    "postgresql:///pages?user=u&password=geheim&host=/var/run/geheim",
    "postgresql:///pages?user=u&password=geheim&host=@geheim",
  ])("names no socket of this machine: %s", (secret) => {
    const thrown = refusalOf(secret);
    expect(thrown).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("socket") });
    expect((thrown as Error).message).not.toContain("geheim");
  });

  it.each([
    ["host=db password=geheim", "no URL"],
    ["socket:/geheim?db=pages", "no URL"],
    ["postgresql:///geheim?user=u", "no host"],
    ["postgresql://db.test/geheim", "no user"],
    ["postgresql://u:geheim@db.test/pages?port=x", "no port number"],
    ["postgresql://u:p@db.test/pages\ngeheim", "PEM"],
    ["postgresql://u:p@db.test/pages?uselibpqcompat=true&sslmode=verify-ca", "CA's certificate"],
  ])("is refused where it is none: %s", (secret, why) => {
    const thrown = refusalOf(secret);
    expect(thrown).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(why) });
    expect((thrown as Error).message).not.toContain("geheim");
  });

  it.each([
    ["", false],
    ["?ssl=0", false],
    ["?sslmode=disable", false],
    ["?ssl=true", {}],
    ["?sslnegotiation=direct", {}],
    ["?sslmode=prefer", {}],
    ["?sslmode=require", {}],
    ["?sslmode=verify-ca", {}],
    ["?sslmode=verify-full", {}],
    ["?sslmode=no-verify", { rejectUnauthorized: false }],
    ["?ssl=no-verify", { rejectUnauthorized: false }],
    ["?sslmode=require&uselibpqcompat=true", { rejectUnauthorized: false }],
    ["?sslmode=verify-full&uselibpqcompat=true", {}],
  ])("is encrypted and its certificate checked as ever: %s", (parameters, ssl) => {
    expect(connectionOfSecret(`postgresql://u@db.test/pages${parameters}`).ssl).toEqual(ssl);
  });

  it("trusts the CAs whose certificates stand below the URL", () => {
    const of = (parameters: string) => connectionOfSecret(`postgresql://u@db.test/p${parameters}\n${PEM}\n${PEM}`).ssl;
    expect(of("")).toEqual({ ca: `${PEM}\n${PEM}` });
    expect(of("?sslmode=verify-full")).toEqual({ ca: `${PEM}\n${PEM}` });
    expect(of("?sslmode=verify-ca&uselibpqcompat=true")).toEqual({
      ca: `${PEM}\n${PEM}`,
      checkServerIdentity: expect.any(Function),
    });
  });
});
