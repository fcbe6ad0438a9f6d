import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { makeDocument, prepareAll, repeatedly } from "@letsdata/plugin-kit/testing/writer-conformance";
import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import type { GuardedCluster } from "./check-suite.ts";
import { kafkaTarget, task } from "./kafka-target.ts";
import { type CallName, onCalls } from "./on-calls.ts";
import { putPassword } from "./writer-suite.ts";

const signal = new AbortController().signal;
/** More than two requests hold. */
const ids = Array.from({ length: 25 }, (_, n) => String(n).padStart(2, "0"));

/** What the writer does in a cluster that gives its user no transactions. */
export function describeKafkaWithoutTransactions(cluster: () => GuardedCluster, access: () => CloudAccess): void {
  describe("the Kafka writer without transactions", () => {
    it("has the documents of several requests in their order, and each once though a connection breaks in between", async () => {
      const { open: owner, scram: bootstrapServers, user } = cluster();
      const credentialsSecretArn = await putPassword(access(), user, "kafka-no-transactions");
      const authentication = "SASL_SCRAM" as const;
      const target = kafkaTarget(() => ({ bootstrapServers, authentication, credentialsSecretArn }), access);
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
      const sent = { Produce: 0, AddPartitionsToTxn: 0, EndTxn: 0 };
      using stack = new DisposableStack();
      try {
        await admin.createAcls({ creations: [others] });
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
      } finally {
        await admin.deleteAcls({ filters: [others] });
        await admin.close();
      }
    }, 30_000);
  });
}
