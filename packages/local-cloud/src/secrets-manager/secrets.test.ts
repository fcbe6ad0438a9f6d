import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, OTHER_KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
});
afterAll(() => cloud.remove());

test("a secret is made once, read by name and ARN, changed, and kept over a restart", async () => {
  const { ARN = "" } = await own.secrets.send(new CreateSecretCommand({ Name: "db/password", SecretString: "first" }));
  expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000001:secret:db\/password-[A-Za-z0-9]{6}$/);
  await expect(
    own.secrets.send(new CreateSecretCommand({ Name: "db/password", SecretString: "x" })),
  ).rejects.toMatchObject({ name: "ResourceExistsException" });
  await own.secrets.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: "second" }));
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  const read = (SecretId: string, VersionStage?: string) =>
    own.secrets.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  expect((await read("db/password")).SecretString).toBe("second");
  expect((await read(ARN.slice(0, -7), "AWSPREVIOUS")).SecretString).toBe("first");
  expect((await own.secrets.send(new DescribeSecretCommand({ SecretId: ARN }))).Name).toBe("db/password");
  expect((await own.secrets.send(new ListSecretsCommand({}))).SecretList?.map(({ Name }) => Name)).toEqual([
    "db/password",
  ]);
});

test("other accounts are refused, deleted and missing secrets are named as the real service does", async () => {
  const { ARN } = await own.secrets.send(new CreateSecretCommand({ Name: "gone", SecretBinary: Buffer.from([1, 2]) }));
  const other = clientsFor(cloud.endpoint, OTHER_KEYS);
  await expect(other.secrets.send(new GetSecretValueCommand({ SecretId: ARN }))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  expect((await own.secrets.send(new GetSecretValueCommand({ SecretId: "gone" }))).SecretBinary).toEqual(
    new Uint8Array([1, 2]),
  );
  await own.secrets.send(new DeleteSecretCommand({ SecretId: "gone" }));
  await expect(own.secrets.send(new GetSecretValueCommand({ SecretId: "gone" }))).rejects.toMatchObject({
    name: "InvalidRequestException",
  });
  await expect(own.secrets.send(new GetSecretValueCommand({ SecretId: "never" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
