import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { assertPortFree } from "./ports.ts";
import { readSettings } from "./settings.ts";

test("without variables the documented defaults hold", () => {
  expect(readSettings({}, "/clone")).toEqual({
    consolePort: 3000,
    cloudPort: 4566,
    stateDir: "/clone/.letsdata",
    databaseUrl: undefined,
    repositoryDir: "/clone",
  });
});

test("a port that is none is refused with the variable's name", () => {
  expect(() => readSettings({ LETSDATA_CLOUD_PORT: "http" }, "/clone")).toThrow("LETSDATA_CLOUD_PORT");
});

test("a taken port is said with the variable that chooses another", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const refused = assertPortFree(port, "LETSDATA_CONSOLE_PORT", "console");
  await expect(refused).rejects.toMatchObject({ fix: expect.stringContaining("LETSDATA_CONSOLE_PORT=") });
  server.close();
  await once(server, "close");
  await assertPortFree(port, "LETSDATA_CONSOLE_PORT", "console");
});
