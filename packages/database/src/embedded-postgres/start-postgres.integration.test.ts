import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { isPortFree } from "./free-port.ts";
import { type RunningPostgres, type StartPostgres, startPostgres, stopPostgres } from "./start-postgres.ts";

const run = promisify(execFile);
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function stateFolder(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "letsdata-postgres-"));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, mode);
  return folder;
}

const stopLater = (server: RunningPostgres) => {
  cleanUps.push(() => server.stop());
  return server;
};

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/**
 * A free port that nobody is handed while its server is away: those that `listen(0)` gives to other tests begin at 32768 on Linux.
 */
async function portToKeep(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isPortFree(port)) return port;
  }
}

/** A process of its own that starts the server, reports it, and waits to be killed. */
function startInChild(options: StartPostgres, as: { readonly uid?: number; readonly gid?: number } = {}) {
  const module = JSON.stringify(path.join(import.meta.dirname, "start-postgres.ts"));
  const program = `
    const { startPostgres } = await import(${module});
    const { url, pid, port, dataDir, reused } = await startPostgres(${JSON.stringify(options)});
    console.log(JSON.stringify({ url, pid, port, dataDir, reused }));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: "/",
    env: { PATH: process.env["PATH"], HOME: options.stateDir },
    stdio: ["ignore", "pipe", "pipe"],
    ...as,
  });
  const ended = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  cleanUps.push(kill);
  const started = new Promise<Omit<RunningPostgres, "exited" | "stop">>((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (data: Buffer) => {
      said += data;
    });
    child.stdout.once("data", (data: Buffer) => resolve(JSON.parse(String(data))));
    ended.then(() => reject(new Error(said)));
  });
  return { started, kill };
}

describe("the embedded server", () => {
  test("keeps its data, port and password over stop, kill -9 of its parent and kill -9 of itself", async () => {
    const stateDir = await stateFolder();
    const child = startInChild({ stateDir, port: await portToKeep() });
    const first = await child.started;
    expect(first.reused).toBe(false);
    await query(first.url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)");

    await child.kill();
    const taken = stopLater(await startPostgres({ stateDir }));
    expect(taken).toMatchObject({ reused: true, pid: first.pid, url: first.url });
    expect(await query(taken.url, "SELECT * FROM kept")).toEqual([{ n: 1 }]);

    process.kill(taken.pid, "SIGKILL");
    await taken.exited;
    const revived = stopLater(await startPostgres({ stateDir }));
    expect(revived).toMatchObject({ reused: false, url: first.url });
    expect(await query(revived.url, "SELECT * FROM kept")).toEqual([{ n: 1 }]);

    await revived.stop();
    await revived.exited;
    const again = stopLater(await startPostgres({ stateDir }));
    expect(again).toMatchObject({ reused: false, url: first.url });
    expect(await query(again.url, "SELECT * FROM kept")).toEqual([{ n: 1 }]);

    expect((await stat(path.join(stateDir, "postgres-password"))).mode & 0o777).toBe(0o600);
    expect((await stat(again.dataDir)).mode & 0o077).toBe(0);
    expect(await query(again.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
    await expect(query(again.url.replace(/:[0-9a-f]{48}@/, ":wrong@"), "SELECT 1")).rejects.toMatchObject({
      code: "28P01",
    });
    await expect(query(again.url.replace("127.0.0.1", "127.0.0.2"), "SELECT 1")).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  test("two starts at once are one server", async () => {
    const stateDir = await stateFolder();
    const [one, other] = await Promise.all([startPostgres({ stateDir }), startPostgres({ stateDir })]);
    stopLater(one);
    expect(other).toMatchObject({ pid: one.pid, url: one.url });
    expect(await query(other.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("begins as a copy of another one's data, which stays as it was", async () => {
    const source = await stateFolder();
    const filled = await startPostgres({ stateDir: source });
    await query(filled.url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)");
    await filled.stop();
    const copy = stopLater(await startPostgres({ stateDir: await stateFolder(), copyOf: source }));
    await query(copy.url, "INSERT INTO kept VALUES (2)");
    expect((await stat(copy.dataDir)).mode & 0o077).toBe(0);
    const again = stopLater(await startPostgres({ stateDir: source, copyOf: copy.dataDir }));
    expect(await query(again.url, "SELECT * FROM kept")).toEqual([{ n: 1 }]);
  });

  test("a port taken by another program is a problem that says what to do; without a wish another one is used", async () => {
    const stateDir = await stateFolder();
    const first = await startPostgres({ stateDir, port: await portToKeep() });
    await first.stop();
    const other = createServer();
    await once(other.listen(first.port, "127.0.0.1"), "listening");
    cleanUps.push(async () => other.close());
    await expect(startPostgres({ stateDir, port: first.port })).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringMatching(new RegExp(`Port ${first.port} is taken.*choose another port`)),
    });
    const moved = stopLater(await startPostgres({ stateDir }));
    expect(moved.port).not.toBe(first.port);
  });

  test("a port that another program takes while the data is made is given up for another one", async () => {
    const stateDir = await stateFolder();
    const first = await startPostgres({ stateDir, port: await portToKeep() });
    await first.stop();
    await rm(first.dataDir, { recursive: true });
    const starting = startPostgres({ stateDir });
    // Its port was found free by then.
    await expect.poll(() => existsSync(`${first.dataDir}.new`), { interval: 2 }).toBe(true);
    const other = createServer().listen(first.port, "127.0.0.1");
    cleanUps.push(async () => other.close());
    const moved = stopLater(await starting);
    expect(moved.port).not.toBe(first.port);
    expect(await query(moved.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await moved.stop();
    expect(stopLater(await startPostgres({ stateDir })).port).toBe(moved.port);
  });

  test("a password that is not the data's is said at once, not after a minute", async () => {
    const stateDir = await stateFolder();
    const first = stopLater(await startPostgres({ stateDir }));
    await rm(path.join(stateDir, "postgres-password"));
    const started = performance.now();
    await expect(startPostgres({ stateDir })).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringContaining("password"),
    });
    expect(performance.now() - started).toBeLessThan(55_000);
    await first.stop();
    await expect(startPostgres({ stateDir })).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringContaining("password"),
    });
  });
});

const root = process.getuid?.() === 0;

describe("users", () => {
  test("an ordinary user runs the server as itself", async () => {
    const stateDir = await stateFolder(0o700);
    let uid = process.getuid?.() ?? 0;
    if (root) {
      const [user, group] = await Promise.all(["-u", "-g"].map((flag) => run("id", [flag, "nobody"])));
      uid = Number(user!.stdout);
      await chown(stateDir, uid, Number(group!.stdout));
      const child = startInChild({ stateDir }, { uid, gid: Number(group!.stdout) });
      await checkOwner(await child.started, uid);
    } else await checkOwner(stopLater(await startPostgres({ stateDir })), uid);
  });

  test("as root below a folder nobody else may enter the data lies where the server's user reaches it", async () => {
    const closed = await stateFolder(0o700);
    const stateDir = path.join(closed, "state");
    await mkdir(stateDir);
    const server = stopLater(await startPostgres({ stateDir }));
    cleanUps.splice(-1, 0, async () => {
      if (!server.dataDir.startsWith(closed)) await rm(path.dirname(server.dataDir), { recursive: true, force: true });
    });
    expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(server.dataDir.startsWith(closed)).toBe(!root);
    expect(await readFile(path.join(stateDir, "postgres.json"), "utf8")).toContain(server.dataDir);
    await server.stop();
    if (!root) return;
    // The state folder thrown away means a new beginning, never data under a password that is gone.
    await rm(stateDir, { recursive: true });
    const fresh = stopLater(await startPostgres({ stateDir }));
    cleanUps.splice(-1, 0, () => rm(path.dirname(fresh.dataDir), { recursive: true, force: true }));
    expect(fresh.dataDir).not.toBe(server.dataDir);
    expect(await query(fresh.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  async function checkOwner(server: { pid: number; url: string; dataDir: string }, uid: number) {
    cleanUps.push(() => stopPostgres(path.dirname(server.dataDir)));
    expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect((await stat(server.dataDir)).uid).toBe(uid);
    expect((await stat(path.join(server.dataDir, "PG_VERSION"))).uid).toBe(uid);
  }
});
