import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { makeDocument, prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../src/testing/open-cloud.ts";
import { checkExampleTargetWrite } from "./check-access.ts";
import type { ExampleTargetWriteConfig } from "./config.ts";
import { exampleTargetWritePermissions } from "./permissions.ts";
import { openExampleTargetWriter } from "./writer.ts";

const signal = new AbortController().signal;
let cloud: OpenCloud;
/** Bodies by path, and what the next call is answered with instead. */
const lines = new Map<string, string[]>();
const answers: number[] = [];
const target = createServer(async (request, response) => {
  const body = await text(request);
  const status = answers.shift() ?? 200;
  if (status === 200) lines.get(request.url ?? "")?.push(...body.split("\n").filter(Boolean));
  response.writeHead(status).end();
});
let made = 0;

beforeAll(async () => {
  cloud = await openCloud();
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
  await cloud.cloud.remove();
});

async function makeConfig(): Promise<ExampleTargetWriteConfig> {
  const path = `/lines-${made++}`;
  lines.set(path, []);
  const secrets = clientFor(SecretsManagerClient, cloud.access);
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: `token${path}`, SecretString: "t" }));
  const endpointUrl = `http://127.0.0.1:${(target.address() as AddressInfo).port}${path}`;
  return {
    connectorDestination: "EXAMPLE_TARGET",
    resourceLocation: "Customer",
    endpointUrl,
    tokenSecretArn: ARN ?? "",
  };
}
const storedIn = ({ endpointUrl }: ExampleTargetWriteConfig): readonly string[] =>
  (lines.get(new URL(endpointUrl).pathname) ?? []).map(
    (line) => (JSON.parse(line) as { documentId: string }).documentId,
  );

testWriter("the example target's writer", {
  repeatsOverwrite: false,
  rejectNext: null,
  async openTarget() {
    const config = await makeConfig();
    const open = () => openExampleTargetWriter({ config, access: cloud.access });
    return { writer: await open(), reopen: open, stored: async () => storedIn(config) };
  },
});

describe("the example target", () => {
  it("is written with just the rights it asks for, and names the one that is missing", async () => {
    const config = await makeConfig();
    const access = await cloud.narrowed(exampleTargetWritePermissions(config));
    expect(await checkExampleTargetWrite(config, access, signal)).toEqual([]);
    const nothing = await cloud.narrowed([]);
    expect(await checkExampleTargetWrite(config, nothing, signal)).toMatchObject([
      { code: "ACCESS_DENIED", statement: { Action: "secretsmanager:GetSecretValue" } },
    ]);
  });

  it("throws what passes by itself as worth repeating, and makes error records of what it refuses", async () => {
    const writer = await openExampleTargetWriter({ config: await makeConfig(), access: cloud.access });
    const batch = await prepareAll(writer, [makeDocument("a")]);
    answers.push(503, 429, 422);
    await expect(writer.write(batch, signal)).rejects.toMatchObject({ code: "CLOUD_UNAVAILABLE" });
    await expect(writer.write(batch, signal)).rejects.toMatchObject({ code: "THROTTLED" });
    expect(await writer.write(batch, signal)).toMatchObject([{ index: 0, retry: false }]);
  });
});
