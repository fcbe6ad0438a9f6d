import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Reader } from "@letsdata/plugin-kit/reader";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import {
  makeDocument,
  prepareAll,
  testWriter,
  type WriterConformance,
} from "@letsdata/plugin-kit/testing/writer-conformance";
import { describe, expect, it } from "vitest";
import { findQueue } from "../find-queue.ts";
import type { SqsReaderDefinition } from "../plan-workers.ts";
import { provisionQueue, removeQueue } from "../provision.ts";
import { openSqsReader, type SqsReaderInput } from "../reader.ts";
import { openSqsWriter } from "../writer.ts";

const signal = new AbortController().signal;
let made = 0;

export async function makeQueue(access: CloudAccess, queueType: "STANDARD" | "FIFO" = "STANDARD") {
  const name = `letsdata-${process.pid}-${Date.now()}-${made++}`;
  const config = {
    connectorDestination: "SQS",
    resourceLocation: "LetsData",
    queueName: queueType === "FIFO" ? `${name}.fifo` : name,
    queueType,
    messageIdAttributeName: "documentId" as string,
    messageGroupIdAttributeName: "partitionKey" as string,
    visibilityTimeoutInSeconds: 30,
    messageRetentionInSeconds: 600,
  } as const;
  await provisionQueue(config, access, signal);
  return { ...config, receiveBatchSize: 10 };
}
export type TestQueue = Awaited<ReturnType<typeof makeQueue>>;

export async function fill(config: TestQueue, access: CloudAccess, documents: readonly [id: string, group: string][]) {
  const writer = await openSqsWriter({ config, access });
  for (const [id, group] of documents) {
    const [prepared] = await prepareAll(writer, [{ ...makeDocument(id), partitionKey: group }]);
    expect(await writer.write([prepared!], signal)).toEqual([]);
  }
}

/** Drains the queue without long polls. */
export function readerOf(config: TestQueue, access: CloudAccess, more: Partial<SqsReaderInput> = {}): Reader {
  const definition: SqsReaderDefinition = {
    queueName: config.queueName,
    worker: 0,
    stopCondition: "DrainQueues",
    stopAfterConsecutiveEmptyReceives: 2,
  };
  const timing = { longPollSeconds: 0, sliceSeconds: 0 };
  return openSqsReader({ config, access, definition, timing, ...more });
}

/** Everything the queue would hand out now; taken out of it. */
export async function messagesOf(config: TestQueue, access: CloudAccess): Promise<readonly Message[]> {
  const sqs = clientFor(SQSClient, access);
  const QueueUrl = await findQueue(sqs, config, access, signal);
  const found: Message[] = [];
  for (;;) {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All" as const] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    if (Messages.length === 0) return found;
    found.push(...Messages);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** Reads as the pipeline does: what was read is acknowledged when the source asks for it, and at the end. */
export async function readOut(reader: Reader): Promise<readonly string[]> {
  const ids: string[] = [];
  const waiting = [];
  for await (const batch of reader.read(null, signal)) {
    ids.push(...batch.records.map(({ body }) => documentId(body)));
    waiting.push(batch);
    if (batch.awaitsAcknowledgement)
      for (const done of waiting.splice(0)) await reader.acknowledge?.(done.records.map(({ start }) => start));
  }
  for (const done of waiting) await reader.acknowledge?.(done.records.map(({ start }) => start));
  return ids;
}

export function documentId(body: Uint8Array | string | undefined): string {
  return (JSON.parse(Buffer.from(body ?? "").toString()) as { documentId: string }).documentId;
}

/** What holds on every server that speaks SQS. */
export function describeSqs(access: () => CloudAccess, rejectNext: WriterConformance["rejectNext"]): void {
  const ids = Array.from({ length: 25 }, (_, n) => `d${n}`);

  for (const queueType of ["STANDARD", "FIFO"] as const) {
    testWriter(`the SQS writer, ${queueType}`, {
      repeatsOverwrite: false,
      rejectNext,
      openTarget: async () => {
        const config = await makeQueue(access(), queueType);
        const openWriter = () => openSqsWriter({ config, access: access() });
        let stored: readonly string[] = [];
        return {
          writer: await openWriter(),
          stored: async () => {
            stored = [...stored, ...(await messagesOf(config, access())).map(({ Body }) => documentId(Body))];
            return stored;
          },
          reopen: openWriter,
        };
      },
    });
  }

  testReader("the SQS reader", {
    recordCount: ids.length,
    resumable: false,
    abortMilliseconds: 2_000,
    openReader: async () => {
      const config = await makeQueue(access());
      await fill(
        config,
        access(),
        ids.map((id) => [id, id]),
      );
      return readerOf(config, access());
    },
    openRemovable: async () => {
      const config = await makeQueue(access());
      await fill(config, access(), [["a", "a"]]);
      return { reader: readerOf(config, access()), remove: () => removeQueue(config, access(), signal) };
    },
  });

  describe("a queue", () => {
    it("hands out each message once and is empty when all are acknowledged", async () => {
      const config = await makeQueue(access());
      await fill(
        config,
        access(),
        ids.map((id) => [id, id]),
      );
      const reader = readerOf(config, access());
      expect([...(await readOut(reader))].sort()).toEqual([...ids].sort());
      await reader.close();
      expect(await messagesOf(config, access())).toEqual([]);
    });

    it("has everything again that was read and not acknowledged, as soon as the reader is closed", async () => {
      const config = await makeQueue(access());
      await fill(config, access(), [
        ["a", "a"],
        ["b", "b"],
        ["c", "c"],
      ]);
      const reader = readerOf({ ...config, receiveBatchSize: 1 }, access());
      let read = 0;
      for await (const batch of reader.read(null, signal)) {
        read += batch.records.length;
        if (read === 1) await reader.acknowledge?.(batch.records.map(({ start }) => start));
        if (read === 2) break;
      }
      await reader.close();
      expect(await messagesOf(config, access())).toHaveLength(2);
    });

    it("FIFO: what is written in order is read in order, group by group, and repeats are dropped", async () => {
      const config = await makeQueue(access(), "FIFO");
      const numbered = Array.from({ length: 24 }, (_, n) => [`d${n}`, `g${n % 2}`] as [string, string]);
      await fill(config, access(), [...numbered, numbered[0]!, numbered[1]!]);
      const reader = readerOf(config, access());
      const read = await readOut(reader);
      await reader.close();
      expect(read).toHaveLength(24);
      for (const remainder of [0, 1]) {
        const group = read.filter((id) => Number(id.slice(1)) % 2 === remainder);
        expect(group).toEqual(numbered.filter((_, n) => n % 2 === remainder).map(([id]) => id));
      }
    });

    it("of ours is made and removed, however often each is repeated", async () => {
      const config = await makeQueue(access(), "FIFO");
      const first = await provisionQueue(config, access(), signal);
      expect(await provisionQueue(config, access(), signal)).toEqual(first);
      await removeQueue(config, access(), signal);
      await removeQueue(config, access(), signal);
    });
  });
}
