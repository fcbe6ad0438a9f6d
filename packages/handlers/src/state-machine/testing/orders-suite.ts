import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import type { CombinedBatch, FileState } from "@letsdata/plugin-kit/reader";
import { describe, expect, it } from "vitest";
import type { LanguageHost, StateMachineSource } from "../../language-host.ts";
import { defaultSplitLimits } from "../../record-splitter/record-splitter.ts";
import type { StateMachine } from "../combine-files.ts";

const signal = new AbortController().signal;
/** One composite a batch, so that every one of them is a place to resume at. */
const limits = { ...defaultSplitLimits, batchRecordsMax: 1, recordBytesMax: 2000, refusedBytesKept: 5 };
type Texts = Readonly<Record<string, string>>;

const orders = "\nH,1,a\nI,1,b\nI,1,xc\nE,1,\nH,2,xd\nI,2,e\nE,2,\nH,3,sf\nE,3,\nH,4,g\nI,4,sh\nI,4,i\n";
const pairs = { HEAD: "1,a\n2,b\n3,c", LINE: "1,x\n1,y\n3,z\n" };

/** What every host of state machines promises; `source` has the order handlers of orders-artifact.ts in its language. */
export function testOrders(
  name: string,
  host: LanguageHost,
  source: (reader: string) => Omit<StateMachineSource, "interfaceName" | "taskId" | "names">,
): void {
  const open = async (interfaceName: StateMachineSource["interfaceName"], names: Texts): Promise<StateMachine> => {
    const machine = await host.openStateMachine?.({
      ...source(interfaceName),
      interfaceName,
      taskId: "task",
      names,
      limits,
    });
    if (!machine) throw new Error(`${name} has no state machines`);
    return machine;
  };
  const openOrders = () => open("SingleFileStateMachineReader", { S3: "orders.log" });

  describe(`state machines in ${name}`, () => {
    it("make documents with part errors, errors and skips of one file, as in JavaScript", async () => {
      const machine = await openOrders();
      const batches = await batchesOf(machine, { ORDERS: orders });
      expect(await told(machine, batches)).toEqual(["1[b]bad xc", "error bad xd", "skip", "4[i]"]);
      await machine.handler.close();
    });

    it("go on behind every composite with the same results", async () => {
      const machine = await openOrders();
      const batches = await batchesOf(machine, { ORDERS: orders });
      const whole = await told(machine, batches);
      await machine.handler.close();
      for (const [index, { files }] of batches.slice(0, 4).entries()) {
        const again = await openOrders();
        const rest = await told(again, await batchesOf(again, { ORDERS: orders }, files));
        expect(rest).toEqual(whole.slice(index + 1));
        await again.handler.close();
      }
    });

    it("end with the file, whatever is left of the last record", async () => {
      const machine = await openOrders();
      expect(await batchesOf(machine, { ORDERS: "" })).toHaveLength(1);
      expect(await told(machine, await batchesOf(machine, { ORDERS: "\nH,8,y\nE,8,\nH,9,z" }))).toEqual(["8[]", "9[]"]);
      await machine.handler.close();
    });

    it("give the reader the document before, but not behind a checkpoint", async () => {
      const machine = await openOrders();
      const texts = { ORDERS: "\nH,1,a\nE,1,\nH,2,b\nE,2,\nH,3,c\nE,3,\n" };
      const batches = await batchesOf(machine, texts);
      expect(await previous(machine, batches)).toEqual([null, "1", "2"]);
      const [first] = batches;
      expect(await previous(machine, await batchesOf(machine, texts, first?.files))).toEqual([null, "2"]);
      await machine.handler.close();
    });

    it("tell files, offsets and last types for the error archive", async () => {
      const machine = await openOrders();
      const records = (await batchesOf(machine, { ORDERS: orders })).flatMap((batch) => batch.records);
      const [first, second] = records;
      expect(Buffer.from(first?.body ?? []).toString()).toContain("\nH,1,a\n");
      expect(second?.madeOf).toEqual({
        fileNames: { ORDERS: "in/orders.log" },
        lastRecordTypes: { ORDERS: "ITEM" },
        startOffsets: { ORDERS: String(orders.indexOf("\nH,2")) },
        endOffsets: { ORDERS: String(orders.indexOf("\nE,2,") + 6) },
      });
      await machine.handler.close();
    });

    it("refuse a record that is too large and make the document of what is around it", async () => {
      const machine = await openOrders();
      const text = `\nH,1,a\nI,1,${"b".repeat(10_000)}\nI,1,c\nE,1,\n`;
      const batches = await batchesOf(machine, { ORDERS: text });
      const records = batches.flatMap((batch) => batch.records);
      expect(records.map((record) => record.refused?.code ?? "")).toEqual(["RECORD_TOO_LARGE", ""]);
      expect(records[0]).toMatchObject({
        start: 6,
        end: text.indexOf("\nI,1,c") + 1,
        body: Uint8Array.from(Buffer.from("\nI,1,")),
      });
      expect((await machine.handler.handle(records.slice(1), signal)).map(inALine)).toEqual(["1[c]"]);
      await machine.handler.close();
    });

    it("fail the task with NO_PROGRESS where the reader does nothing", async () => {
      const machine = await openOrders();
      const reading = batchesOf(machine, { ORDERS: "\nH,1,a\nE,1,\nH,2,wait\n" });
      await expect(reading).rejects.toMatchObject({
        code: "NO_PROGRESS",
        message: expect.stringContaining("ORDERS at byte 11 "),
      });
      await machine.handler.close();
    });

    it("combine two files", async () => {
      const machine = await open("MultipleFileStateMachineReader", { HEAD: "h", LINE: "l" });
      expect(machine.combiner.fileNames).toEqual({ HEAD: "h.txt", LINE: "l.txt" });
      expect(await told(machine, await batchesOf(machine, pairs))).toEqual(["1[x+y]", "2[]", "3[z]"]);
      await machine.handler.close();
    });

    it("fail the task with the parser's own exception", async () => {
      const machine = await openOrders();
      const reading = batchesOf(machine, { ORDERS: "\nH,1,a\nI,1,throw it\n" });
      await expect(reading).rejects.toMatchObject({
        code: "HANDLER_EXCEPTION",
        message: expect.stringMatching(/^parseDocument threw at byte \d+ of in\/orders\.log: .*throw it/),
        details: { stack: expect.stringContaining("SingleFileStateMachineParser") },
      });
      await machine.handler.close();
    });
  });
}

async function* chunks(text: string, from: number, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = from; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
}

export async function batchesOf(
  machine: StateMachine,
  texts: Texts,
  from: Readonly<Record<string, FileState>> | null | undefined = null,
  size = 7,
): Promise<CombinedBatch[]> {
  const bytes = Object.entries(texts).map(([type, text]) => [type, chunks(text, from?.[type]?.offset ?? 0, size)]);
  const batches: CombinedBatch[] = [];
  for await (const batch of machine.combiner.combine(Object.fromEntries(bytes), from ?? null, signal))
    batches.push(batch);
  return batches;
}

async function previous(machine: StateMachine, batches: readonly CombinedBatch[]): Promise<unknown[]> {
  const results = await machine.handler.handle(
    batches.flatMap((batch) => batch.records),
    signal,
  );
  return results.map((result) => (result.kind === "document" ? result.document.fields().previous : result.kind));
}

export async function told(machine: StateMachine, batches: readonly CombinedBatch[]): Promise<string[]> {
  const records = batches.flatMap((batch) => batch.records);
  return (await machine.handler.handle(records, signal)).map(inALine);
}

function inALine(result: HandlerResult): string {
  if (result.kind === "error") return `error ${result.error.message}`;
  if (result.kind !== "document") return result.kind;
  const { items, lines } = result.document.fields() as { items?: string[]; lines?: string[] };
  const failed = (result.partErrors ?? []).map((part) => part.message).join("+");
  return `${result.document.documentId}[${(items ?? lines ?? []).join("+")}]${failed}`;
}
