import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "./database.ts";
import { startTestDatabase, type TestDatabase } from "./testing/start-test-database.ts";

let server: TestDatabase;

beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(async () => {
  await server?.stop();
});

/** Stands before PostgreSQL; connections that are open when it goes silent stay open and get no answer any more. */
async function proxyBefore(url: string) {
  const { hostname, port } = new URL(url);
  const passing = new Set<() => void>();
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    client.on("close", () => upstream.destroy());
    client.pipe(upstream);
    upstream.pipe(client);
    passing.add(() => {
      upstream.unpipe(client);
      upstream.resume();
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const through = new URL(url);
  through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url: through.href,
    silence: () => {
      for (const stop of passing) stop();
      passing.clear();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

test("a database that goes silent is DATABASE_UNAVAILABLE after the statement's time, and its connection is not used again", async () => {
  const proxy = await proxyBefore(server.url);
  const db = createDatabase(proxy.url, { connectionsMax: 1, statementSeconds: 5 });
  const ask = () => db.$queryRaw`SELECT 1 AS one`;
  try {
    expect(await ask()).toEqual([{ one: 1 }]);
    proxy.silence();
    await expect(ask()).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(await ask()).toEqual([{ one: 1 }]);
  } finally {
    proxy.close();
    await db.$disconnect();
  }
});
