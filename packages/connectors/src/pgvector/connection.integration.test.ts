import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkPgvectorWrite } from "./check-access.ts";
import { startPooler } from "./testing/pooler.ts";
import { lookAtTable } from "./vector-table.ts";
import { openPgvectorWriter } from "./writer.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

let made = 0;
async function targetWith(SecretString: string) {
  const secrets = clientFor(SecretsManagerClient, open.access);
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: `pg-${made++}`, SecretString }));
  return { connectionSecretArn: ARN!, tableName: "pages", numDimensions: 3 };
}

describe("the connection to PostgreSQL", () => {
  it("is refused with the statement to add when the secret may not be read", async () => {
    const config = await targetWith("postgresql://u:p@127.0.0.1:1/db");
    const findings = await checkPgvectorWrite(config, await open.narrowed([]), signal);
    expect(findings).toMatchObject([
      { statement: { Action: "secretsmanager:GetSecretValue", Resource: config.connectionSecretArn } },
    ]);
  });

  it("needs a URL in the secret, and no message shows it", async () => {
    const config = await targetWith("host=db password=geheim");
    const findings = await checkPgvectorWrite(config, open.access, signal);
    expect(findings).toMatchObject([{ code: "CONFIG_INVALID", path: "writeConnector.connectionSecretArn" }]);
    expect(JSON.stringify(findings)).not.toContain("geheim");
  });

  it("is worth repeating when nobody answers", async () => {
    const config = await targetWith("postgresql://u:geheim@127.0.0.1:1/db");
    const thrown = await openPgvectorWriter({ config, access: open.access }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "CLOUD_UNAVAILABLE" });
    expect((thrown as Error).message).not.toContain("geheim");
    const findings = await checkPgvectorWrite(config, open.access, signal);
    expect(findings).toMatchObject([
      { code: "CLOUD_UNAVAILABLE", message: expect.stringContaining("The database db at 127.0.0.1:1 did not answer") },
    ]);
    expect(JSON.stringify(findings)).not.toContain("geheim");
  });

  it("is given up within seconds when a server takes the connection and says nothing", async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = mute.address() as AddressInfo;
      const config = await targetWith(`postgresql://u:geheim@127.0.0.1:${port}/db`);
      const began = performance.now();
      expect(await checkPgvectorWrite(config, open.access, signal)).toMatchObject([{ code: "CLOUD_UNAVAILABLE" }]);
      expect(performance.now() - began).toBeLessThan(25_000);
    } finally {
      mute.close();
    }
  });

  it("reads no file of this machine that the secret names", async () => {
    const folder = await mkdtemp(join(tmpdir(), "letsdata-secret-"));
    const file = join(folder, "geheim.pem");
    await writeFile(file, "geheim");
    const config = await targetWith(`postgresql://u:p@127.0.0.1:1/db?sslmode=verify-full&sslrootcert=${file}`);
    const findings = await checkPgvectorWrite(config, open.access, signal);
    await rm(folder, { recursive: true });
    expect(findings).toMatchObject([{ code: "CONFIG_INVALID", message: expect.stringContaining("sslrootcert") }]);
    expect(JSON.stringify(findings)).not.toContain("geheim");
  });

  it("passes PgBouncer, which lets only known parameters through, and names one that it refuses", async () => {
    const pooler = await startPooler();
    try {
      const url = `postgresql://u:geheim@127.0.0.1:${pooler.port}/db`;
      const passed = await checkPgvectorWrite(await targetWith(url), open.access, signal);
      expect(passed).toMatchObject([{ code: "ACCESS_DENIED", message: expect.stringContaining("(28P01)") }]);
      const refused = await checkPgvectorWrite(await targetWith(`${url}?lock_timeout=5`), open.access, signal);
      expect(refused).toMatchObject([{ code: "CONFIG_INVALID", message: expect.stringContaining("lock_timeout") }]);
    } finally {
      pooler.close();
    }
  });

  it("says how to get the extension when the database lacks it", async () => {
    const withoutExtension = { query: () => Promise.resolve({ rows: [] }) } as unknown as Parameters<
      typeof lookAtTable
    >[1];
    const config = { connectionSecretArn: "arn", tableName: "pages", numDimensions: 3 };
    expect(await lookAtTable(config, withoutExtension, "the database pages at db.test:5432")).toMatchObject({
      table: null,
      findings: [
        {
          code: "CONFIG_INVALID",
          message: expect.stringContaining("db.test:5432"),
          fix: expect.stringContaining("CREATE EXTENSION vector"),
        },
      ],
    });
  });
});
