import { createHmac } from "node:crypto";
import { createDatabase, type Database } from "@letsdata/database/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuth } from "./create-auth.ts";
import { createCallerResolver } from "./resolve-caller.ts";

const secret = "a secret for tests only, of 32 letters";
/** As the session cookie is signed. */
const signed = (token: string) =>
  encodeURIComponent(`${token}.${createHmac("sha256", secret).update(token).digest("base64")}`);

describe("who sent a request, while the database is away", () => {
  let database: Database;
  beforeAll(() => {
    // Nobody listens there.
    database = createDatabase("postgresql://nobody@127.0.0.1:1/nothing");
  });
  afterAll(() => database.$disconnect());

  it.each([
    ["an API key", "authorization", () => `Bearer ld_${"k".repeat(64)}`],
    ["a session", "cookie", (cookie: string) => `${cookie}=${signed("t".repeat(32))}`],
  ])("cannot be told: %s is not turned away as invalid", async (_, header, valueFor) => {
    const auth = createAuth({ prisma: database, secret, baseUrl: "http://127.0.0.1:1" });
    const { authCookies } = await auth.$context;
    const headers = { [header]: valueFor(authCookies.sessionToken.name) };
    const resolve = createCallerResolver(auth, database);
    const request = new Request("http://127.0.0.1:1/api/v1/datasets", { headers });
    await expect(resolve(request)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  });
});
