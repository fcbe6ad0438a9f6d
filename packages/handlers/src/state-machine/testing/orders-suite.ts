import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import type { CombinedBatch, FileState } from "@letsdata/plugin-kit/reader";
import { describe, expect, it } from "vitest";
import type { LanguageHost, StateMachineSource } from "../../language-host.ts";
import { defaultSplitLimits } from "../../record-splitter/record-splitter.ts";
import { openStateMachine, type StateMachine } from "../combine-files.ts";

const signal = new AbortController().signal;
/** One composite a batch, so that every one of them is a place to resume at. */
const limits = { ...defaultSplitLimits, batchRecordsMax: 1 };
type Texts = Readonly<Record<string, string>>;

const orders = "\nH,1,a\nI,1,b\nI,1,xc\nE,1,\nH,2,xd\nI,2,e\nE,2,\nH,3,sf\nE,3,\nH,4,g\nI,4,sh\nI,4,i\n";
const pairs = { HEAD: "1,a\n2,b\n3,c", LINE: "1,x\n1,y\n3,z\n" };

/** What state machines in a language other than JavaScript promise; `source` has the order handlers of orders-artifact.ts in that language. */
export function testOrders(
  name: string,
  host: LanguageHost,
  source: (reader: string) => Omit<StateMachineSource, "interfaceName" | "taskId">,
): void {
  const open = async (interfaceName: StateMachineSource["interfaceName"], names: Texts): Promise<StateMachine> => {
    const objects = await host.openStateMachine?.({ ...source(interfaceName), interfaceName, taskId: "task" });
    if (!objects) throw new Error(`${name} has no state machines`);
    return openStateMachine(objects, names, limits);
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

async function* chunks(text: string, from: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = from; at < bytes.length; at += 7) yield Uint8Array.from(bytes.subarray(at, at + 7));
}

async function batchesOf(
  machine: StateMachine,
  texts: Texts,
  from: Readonly<Record<string, FileState>> | null = null,
): Promise<CombinedBatch[]> {
  const bytes = Object.entries(texts).map(([type, text]) => [type, chunks(text, from?.[type]?.offset ?? 0)]);
  const batches: CombinedBatch[] = [];
  for await (const batch of machine.combiner.combine(Object.fromEntries(bytes), from, signal)) batches.push(batch);
  return batches;
}

async function told(machine: StateMachine, batches: readonly CombinedBatch[]): Promise<string[]> {
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
