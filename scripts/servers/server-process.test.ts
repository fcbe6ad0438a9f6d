import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startServerProcess } from "./server-process.ts";

const listening = (ports: readonly number[]) => ({
  command: process.execPath,
  parameters: ["-e", `for (const port of ${JSON.stringify(ports)}) net.createServer().listen(port, "127.0.0.1")`],
});

test("a server whose port another program took before it did is started on another one", async () => {
  const asked: number[] = [];
  const server = await startServerProcess(async (port) => {
    asked.push(port);
    if (asked.length === 1) {
      const other = createServer().listen(port, "127.0.0.1");
      await once(other, "listening");
      onTestFinished(() => void other.close());
    }
    return listening([port]);
  });
  await server.stop();
  // Rarely another test's connection takes the second one, too.
  expect(asked.length).toBeGreaterThan(1);
  expect(server.port).toBe(asked.at(-1));
});

test("a server counts as started when it listens on all its ports", async () => {
  const server = await startServerProcess((...ports) => listening(ports), 2);
  await server.stop();
  expect(new Set(server.ports).size).toBe(2);
});

test("a server that ends whatever its port is given up with its last words", async () => {
  let starts = 0;
  const started = startServerProcess(() => {
    starts++;
    return { command: process.execPath, parameters: ["-e", "console.error('no such setting'); process.exit(3)"] };
  });
  await expect(started).rejects.toThrow(/ended before it listened:\nno such setting/);
  expect(starts).toBe(3);
  const absent = startServerProcess(() => ({ command: "/absent/server", parameters: [] }));
  await expect(absent).rejects.toThrow("ENOENT");
});
