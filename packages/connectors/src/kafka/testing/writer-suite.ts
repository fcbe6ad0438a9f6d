import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { makeDocument, prepareAll, repeatedly, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { Admin, ConfigResourceTypes, connectionsApiChannel } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { checkKafkaWrite } from "../check-access.ts";
import { connectionOf, type KafkaCluster } from "../connection.ts";
import { forgetPosition } from "../positions.ts";
import type { KafkaWriterConfig } from "../session.ts";
import { positionsTopicOf } from "../topic.ts";
import { codecsIn } from "./committed-ids.ts";
import { kafkaTarget, task } from "./kafka-target.ts";

const signal = new AbortController().signal;
const compressions = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
const range = (from: number, end: number) => Array.from({ length: end - from }, (_, n) => from + n);
const ofAttempt = (attempt: number | string) => (ordinal: number) => ({
  ...makeDocument(`${ordinal} of ${attempt}`),
  partitionKey: "same",
});

/** Stores the broker's user as the secret that SASL_SCRAM takes; returns its ARN. */
export async function putPassword(
  access: CloudAccess,
  user: { readonly username: string; readonly password: string },
  Name = "kafka",
): Promise<string | undefined> {
  const secret = new CreateSecretCommand({ Name, SecretString: JSON.stringify(user) });
  return (await clientFor(SecretsManagerClient, access).send(secret)).ARN;
}

/** Against a broker at `cluster`; `access` reaches its password. */
export function describeKafkaWriter(name: string, cluster: () => KafkaCluster, access: () => CloudAccess): void {
  const { freshTopic, open, stored } = kafkaTarget(cluster, access);

  testWriter(`the Kafka writer, ${name}`, {
    repeatsOverwrite: true,
    rejectNext: null,
    openTarget: async () => {
      const config = freshTopic();
      return {
        writer: await open(config),
        stored: async () => (await stored(config)).flat(),
        reopen: () => open(config, { task: { ...task, attempt: 2 } }),
      };
    },
  });

  describe(`the Kafka writer, ${name}`, () => {
    it("keeps the order of a key and writes nothing twice that an earlier attempt committed", async () => {
      const config = freshTopic();
      const write = async (attempt: number, ids: readonly string[], firstOrdinal: number) => {
        const writer = await open(config, { task: { ...task, attempt } });
        const documents = ids.map((id) => ({ ...makeDocument(id), partitionKey: "same" }));
        const batch = await prepareAll(writer, documents, firstOrdinal);
        expect(await repeatedly(() => writer.write(batch, signal))).toEqual([]);
        await writer.close();
      };
      await write(1, ["0", "1", "2", "3"], 0);
      await write(2, ["2", "3", "4"], 2);
      expect((await stored(config)).filter((ids) => ids.length > 0)).toEqual([["0", "1", "2", "3", "4"]]);
      await forgetPosition(await connectionOf(config, access(), signal), config.topicName, task.taskId);
      await write(3, ["0"], 0);
      expect((await stored(config)).flat()).toHaveLength(6);
    });

    it("keeps its positions in small segments, in a topic that was made without, too, and leaves what somebody set", async () => {
      const connection = await connectionOf(cluster(), access(), signal);
      const admin = new Admin(connection);
      const positionsOf = async ({ topicName }: KafkaWriterConfig) => {
        const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: positionsTopicOf(topicName) };
        const [described] = await admin.describeConfigs({ resources: [resource] });
        return Object.fromEntries(described!.configs.map(({ name, value }) => [name, value]));
      };
      const small = { "cleanup.policy": "compact", "segment.bytes": "16777216", "segment.ms": "600000" };
      const [fresh, old, customers] = [freshTopic(), freshTopic(), freshTopic()];
      const compact = { name: "cleanup.policy", value: "compact" };
      const larger = { name: "segment.bytes", value: "33554432" };
      const make = ({ topicName }: KafkaWriterConfig, configs: readonly { name: string; value: string }[]) =>
        admin.createTopics({
          topics: [positionsTopicOf(topicName)],
          partitions: 1,
          replicas: 1,
          configs: [...configs],
        });
      try {
        await make(old, [compact]);
        await make(customers, [compact, larger]);
        for (const config of [fresh, old, customers]) await (await open(config)).close();
        await expect.poll(() => positionsOf(fresh)).toMatchObject(small);
        await expect.poll(() => positionsOf(old)).toMatchObject(small);
        await expect.poll(() => positionsOf(customers)).toMatchObject({ ...small, "segment.bytes": larger.value });
      } finally {
        await admin.close();
      }
    });

    it("counts each request of its connections, whatever opened them, and none of another writer's", async () => {
      let sent = 0;
      const onSent = () => {
        sent++;
      };
      let counted = 0;
      const onRequest = () => {
        counted++;
      };
      const config = freshTopic();
      const write = async (attempt: number, more: Partial<CloudAccess>) => {
        const writer = await open(config, { task: { ...task, attempt }, access: { ...access(), ...more } });
        const batch = await prepareAll(writer, range(0, 50).map(ofAttempt(attempt)), 50 * attempt);
        await repeatedly(() => writer.write(batch, signal));
        await writer.close();
      };
      connectionsApiChannel.start.subscribe(onSent);
      try {
        await write(1, { onRequest });
        await write(2, { onRequest });
        expect(counted).toBe(sent);
        // Of each attempt a transaction: its begin, what was sent, its end.
        expect(counted).toBeGreaterThan(6);
        await write(3, {});
        expect(sent).toBeGreaterThan(counted);
      } finally {
        connectionsApiChannel.start.unsubscribe(onSent);
      }
    });

    it("writes what an earlier attempt left out: what was skipped or failed then may be a document now", async () => {
      const config = freshTopic();
      const write = async (attempt: number, ordinals: readonly number[], checkpoint = 0) => {
        const writer = await open(config, { task: { ...task, attempt } });
        writer.checkpointAt?.(checkpoint);
        const batch = (await prepareAll(writer, range(0, 9).map(ofAttempt(attempt)))).filter(({ ordinal }) =>
          ordinals.includes(ordinal),
        );
        for (const part of [batch.slice(0, 2), batch.slice(2)])
          if (part.length > 0) expect(await repeatedly(() => writer.write(part, signal))).toEqual([]);
        await writer.close();
      };
      await write(1, [0, 1, 3, 5]);
      await write(2, [0, 1, 2, 3]);
      // The one behind 2 is left out again, and what two attempts sent is known to a third.
      await write(3, range(2, 6), 2);
      expect((await stored(config)).flat()).toEqual(["0 of 1", "1 of 1", "3 of 1", "5 of 1", "2 of 2", "4 of 3"]);
    });

    it("writes all again when the source's records are numbered otherwise by now", async () => {
      const config = freshTopic();
      for (const numbering of ["code 1", "code 2", "code 2"]) {
        const writer = await open(config, { numbering });
        const batch = await prepareAll(writer, range(0, 3).map(ofAttempt(numbering)));
        await repeatedly(() => writer.write(batch, signal));
        await writer.close();
      }
      expect((await stored(config)).flat()).toEqual(
        ["code 1", "code 2"].flatMap((n) => range(0, 3).map((i) => `${i} of ${n}`)),
      );
    });

    it.each(compressions)("stores what another client reads back, packed with %s", async (compression) => {
      const config = { ...freshTopic(), compression };
      const writer = await open(config);
      // Of several requests, and of single documents.
      const ids = range(0, 3_000).map(String);
      const documents = ids.map((id) => ({ ...makeDocument(id, 1_000), partitionKey: "same" }));
      const batch = await prepareAll(writer, documents);
      for (const part of [batch.slice(0, 1), batch.slice(1)]) await repeatedly(() => writer.write(part, signal));
      expect((await stored(config)).flat()).toEqual(ids);
      expect(await codecsIn(await connectionOf(config, access(), signal), config.topicName)).toEqual([compression]);
      await writer.close();
    });

    it("writes all a later attempt gives it when its source does not repeat itself", async () => {
      const config = freshTopic();
      for (const attempt of [1, 2]) {
        const writer = await open(config, { task: { ...task, attempt }, numbering: null });
        const batch = await prepareAll(writer, [makeDocument(`from ${attempt}`)]);
        await repeatedly(() => writer.write(batch, signal));
        await writer.close();
      }
      expect((await stored(config)).flat().sort()).toEqual(["from 1", "from 2"]);
    });

    it("fences an attempt that a later one has followed; without its lease it cannot come back", async () => {
      const config = freshTopic();
      let isLeased = true;
      const confirmLease = async () => {
        if (!isLeased) throw new Error("lease lost");
      };
      const old = await open(config, { confirmLease });
      const write = async (writer: Writer, id: string) => {
        const batch = await prepareAll(writer, [makeDocument(id)], Number(id));
        return repeatedly(() => writer.write(batch, signal));
      };
      await write(old, "0");
      const next = await open(config, { task: { ...task, attempt: 2 } });
      await write(next, "1");
      isLeased = false;
      const late = await prepareAll(old, [makeDocument("late")], 5);
      await expect(old.write(late, signal)).rejects.toThrow();
      await expect(old.write(late, signal)).rejects.toThrow();
      await write(next, "2");
      expect((await stored(config)).flat().sort()).toEqual(["0", "1", "2"]);
      await Promise.all([old.close(), next.close()]);
    });

    it("is satisfied by a cluster it can enter, with and without the topic, makes none, and says when no cluster answers", async () => {
      const config = freshTopic();
      // The check waits for seconds only, and a broker may be too busy to answer within them.
      const check = (of: typeof config) => expect.poll(() => checkKafkaWrite(of, access(), signal));
      await check(config).toEqual([]);
      await check({ ...config, topicReplicationFactor: 3 }).toMatchObject([
        { path: "writeConnector.topicName", message: expect.stringContaining("INVALID_REPLICATION_FACTOR") },
        { message: expect.stringContaining(`${config.topicName}-positions`) },
      ]);
      const writer = await open(config);
      await check({ ...config, topicReplicationFactor: 3 }).toEqual([]);
      await writer.close();
      const nowhere = { ...freshTopic(), bootstrapServers: "127.0.0.1:1" };
      const findings = await checkKafkaWrite(nowhere, access(), signal);
      expect(findings.map(({ code }) => code)).toEqual(["CLOUD_UNAVAILABLE"]);
    });
  });
}
