import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { createSecret, deleteSecret, deleteSecretsNamed } from "@letsdata/aws/secrets";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { describe, expect, it } from "vitest";
import { connectionOf } from "../kafka/connection.ts";
import { openMomento } from "../momento/momento-client.ts";
import { connect } from "../pgvector/connect.ts";
import { readSecret } from "../read-secret.ts";

const signal = new AbortController().signal;
const path = "writeConnector.connectionSecretArn";

/** What connectors and Spark tasks ask of Secrets Manager, on any server of it. */
export function describeSecrets(openAccess: () => CloudAccess): void {
  const run = `secrets-${Date.now()}`;
  let made = 0;
  const secretOf = (text: string, name = `${run}-${made++}`) =>
    createSecret(openAccess(), { name, text, description: "test" }, signal);
  const read = (arn: string) => readSecret(arn, path, openAccess(), signal);

  describe("a secret", () => {
    it("is read as text, without the blanks around it", async () => {
      expect(await read(await secretOf(" first line\nsecond: ümläut 🔑\n"))).toBe("first line\nsecond: ümläut 🔑");
    });

    it("is found by its ARN with and without the six characters of Secrets Manager", async () => {
      const arn = await secretOf("text");
      expect(arn).toMatch(/:secret:secrets-[0-9-]+-[A-Za-z0-9]{6}$/);
      expect(await read(arn.slice(0, -7))).toBe("text");
    });

    it("of bytes is refused with its place in the configuration", async () => {
      const input = { Name: `${run}-${made++}`, SecretBinary: Buffer.from("bytes") };
      const { ARN } = await clientFor(SecretsManagerClient, openAccess()).send(new CreateSecretCommand(input));
      await expect(read(ARN!)).rejects.toMatchObject({ code: "CONFIG_INVALID", path });
    });

    it("that was deleted is not found, and can be deleted again", async () => {
      const arn = await secretOf("text");
      await deleteSecret(openAccess(), arn, signal);
      await deleteSecret(openAccess(), arn, signal);
      await expect(read(arn)).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
    });

    it("goes with all that begin with its name, over pages, and no other does", async () => {
      const [other, ...ours] = await Promise.all([
        secretOf("text", `${run}/other/secret`),
        ...Array.from({ length: 101 }, (_, n) => secretOf("text", `${run}/spark/${n}`)),
      ]);
      await deleteSecretsNamed(openAccess(), `${run}/spark/`, signal);
      expect(await read(other)).toBe("text");
      for (const arn of [ours[0]!, ours[100]!]) {
        await expect(read(arn)).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
      }
    });
  });

  describe("the secret of a connector", () => {
    it("signs in to Kafka with SCRAM", async () => {
      const credentialsSecretArn = await secretOf('{"username":"clicks","password":"geheim"}');
      const cluster = {
        resourceLocation: "Customer",
        bootstrapServers: "127.0.0.1:1",
        authentication: "SASL_SCRAM",
        credentialsSecretArn,
      } as const;
      expect((await connectionOf(cluster, openAccess(), signal)).sasl).toEqual({
        mechanism: "SCRAM-SHA-512",
        username: "clicks",
        password: "geheim",
      });
    });

    it("names the database of pgvector", async () => {
      const connectionSecretArn = await secretOf("postgresql://writer:geheim@db.test:6432/pages");
      const config = { connectionSecretArn, tableName: "pages", numDimensions: 3 };
      const { pool, place, role } = await connect(config, openAccess(), 1, signal);
      await pool.end();
      expect({ place, role }).toEqual({ place: "the database pages at db.test:6432", role: "writer" });
    });

    it("holds Momento's API key", async () => {
      const key = { endpoint: "http://127.0.0.1:1", api_key: "geheim" };
      const target = (momentoAuthTokenArn: string) =>
        ({
          resourceLocation: "Customer",
          indexName: "pages",
          numDimensions: 3,
          similarityMetric: "COSINE_SIMILARITY",
          momentoAuthTokenArn,
        }) as const;
      const token = await secretOf(Buffer.from(JSON.stringify(key)).toString("base64"));
      expect(await openMomento(target(token), openAccess(), signal)).toHaveProperty("upsert");
      await expect(openMomento(target(await secretOf("no key")), openAccess(), signal)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
      });
    });
  });
}
