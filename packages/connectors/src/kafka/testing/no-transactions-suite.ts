import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { makeDocument, prepareAll, repeatedly } from "@letsdata/plugin-kit/testing/writer-conformance";
import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  Admin,
  Producer,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { protocolIdOf } from "../kafka-problem.ts";
import { partitionOfKey } from "../key-partition.ts";
import type { GuardedCluster } from "./check-suite.ts";
import { type KafkaTarget, kafkaTarget, task } from "./kafka-target.ts";
import { LARGE_BYTES, limitMessages } from "./limit-messages.ts";
import { type CallName, onCalls } from "./on-calls.ts";
import { putPassword } from "./writer-suite.ts";

const signal = new AbortController().signal;
let secrets = 0;
/** More than two requests hold. */
const ids = Array.from({ length: 25 }, (_, n) => String(n).padStart(2, "0"));

/** One for each partition of three. */
const keyOf = [0, 1, 2].map((partition) => {
  for (let n = 0; ; n++) if (partitionOfKey(`key-${n}`, 3) === partition) return `key-${n}`;
}) as [string, string, string];

/** What the writer does in a cluster that gives its user no transactions. */
export function describeKafkaWithoutTransactions(cluster: () => GuardedCluster, access: () => CloudAccess): void {
  describe("the Kafka writer without transactions", () => {
    /** Its user may write, and begin no transaction. */
    async function withoutTransactions(run: (target: KafkaTarget, owner: string) => Promise<void>): Promise<void> {
      const { open: owner, scram: bootstrapServers, user } = cluster();
      const credentialsSecretArn = await putPassword(access(), user, `kafka-no-transactions-${secrets++}`);
      const authentication = "SASL_SCRAM" as const;
      const admin = new Admin({ clientId: "owner", bootstrapBrokers: [owner] });
      const others: Acl = {
        resourceType: ResourceTypes.TRANSACTIONAL_ID,
        resourceName: `ld-${task.datasetId}-`,
        resourcePatternType: ResourcePatternTypes.PREFIXED,
        principal: "User:somebody-else",
        host: "*",
        operation: AclOperations.ALL,
        permissionType: AclPermissionTypes.ALLOW,
      };
      const sasl = { mechanism: "SCRAM-SHA-512" as const, ...user };
      const mayBegin = async () => {
        const connection = { clientId: "user", bootstrapBrokers: [bootstrapServers], sasl };
        const producer = new Producer({
          ...connection,
          idempotent: true,
          transactionalId: `${others.resourceName}probe`,
        });
        try {
          await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 });
          return true;
        } catch (thrown) {
          if (protocolIdOf(thrown) === "TRANSACTIONAL_ID_AUTHORIZATION_FAILED") return false;
          throw thrown;
        } finally {
          await producer.close(true);
        }
      };
      try {
        await admin.createAcls({ creations: [others] });
        // The rule is stored by then, and is followed a moment later.
        await expect.poll(mayBegin).toBe(false);
        await run(
          kafkaTarget(() => ({ bootstrapServers, authentication, credentialsSecretArn }), access),
          owner,
        );
      } finally {
        await admin.deleteAcls({ filters: [others] });
        await expect.poll(mayBegin).toBe(true);
        await admin.close();
      }
    }

    it("has the documents of several requests in their order, and each once though a connection breaks in between", () =>
      withoutTransactions(async (target) => {
        const sent = { Produce: 0, AddPartitionsToTxn: 0, EndTxn: 0 };
        using stack = new DisposableStack();
        const config = { ...target.freshTopic(), compression: "none" as const };
        const writer = await target.open(config);
        for (const call of Object.keys(sent) as CallName[]) stack.use(onCalls(call, () => sent[call]++));
        stack.use(onCalls("Produce", (nth, { socket }) => void (nth === 2 && socket.destroy())));
        const documents = ids.map((id) => ({ ...makeDocument(id, 100_000), partitionKey: "same" }));
        const batch = await prepareAll(writer, documents);
        expect(await repeatedly(() => writer.write(batch, signal))).toEqual([]);
        expect(sent).toMatchObject({ AddPartitionsToTxn: 0, EndTxn: 0 });
        expect(sent.Produce).toBeGreaterThan(2);
        expect((await target.stored(config)).filter((found) => found.length > 0)).toEqual([ids]);
        await writer.close();
      }));

    it("has each document once though a partition refuses its own at every try", () =>
      withoutTransactions(async (target, owner) => {
        const config = { ...target.freshTopic(), compression: "none" as const };
        const writer = await target.open(config);
        const small = ids.map((id, n) => ({ ...makeDocument(id), partitionKey: keyOf[n % 2]! }));
        const large = { ...makeDocument("large", LARGE_BYTES), partitionKey: keyOf[2] };
        const batch = await prepareAll(writer, [...small, large]);
        const connection = { clientId: "owner", bootstrapBrokers: [owner] };
        await limitMessages(connection, config.topicName, 20_000);
        for (let tries = 0; tries < 3; tries++) {
          await expect(repeatedly(() => writer.write(batch, signal))).rejects.toMatchObject({
            code: "CLOUD_CALL_REFUSED",
            message: expect.stringContaining("larger than the max message size"),
          });
        }
        await limitMessages(connection, config.topicName, 1_000_000);
        expect(await repeatedly(() => writer.write(batch, signal))).toEqual([]);
        const even = ids.filter((_, n) => n % 2 === 0);
        const odd = ids.filter((_, n) => n % 2 === 1);
        expect(await target.stored(config)).toEqual([even, odd, ["large"]]);
        await writer.close();
      }));
  });
}
