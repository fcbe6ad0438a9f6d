import { expect, it } from "vitest";
import type { LanguageHost, StateMachineSource } from "../../language-host.ts";
import { batchesOf, told } from "./orders-suite.ts";

/** Each is many turns between two processes, which take their time on a busy machine; a hundred times what may live is enough. */
const orders = 600;
/** A file's last document and the one peeked at, the last order with what it is made of, and what the call itself holds. */
const livingMax = 12;

/**
 * What hosts in a process of their own promise beside `testOrders`, with the same handlers: a head with the value `count` makes an order
 * whose only item says how many documents live in the host.
 */
export function testLivingDocuments(
  name: string,
  host: LanguageHost,
  source: () => Omit<StateMachineSource, "interfaceName" | "taskId" | "names">,
): void {
  it(`a state machine in ${name} keeps a handful of its ${2 * orders} documents`, async () => {
    const interfaceName = "SingleFileStateMachineReader";
    const names = { S3: "orders.log" };
    const machine = await host.openStateMachine?.({ ...source(), interfaceName, taskId: "task", names });
    if (!machine) throw new Error(`${name} has no state machines`);
    const text = Array.from({ length: orders }, (_, n) => `\nH,${n},a\nE,${n},`).join("");
    const batches = await batchesOf(machine, { ORDERS: `${text}\nH,last,count\nE,last,\n` }, null, 64 * 1024);
    const lines = await told(machine, batches);
    await machine.handler.close();
    expect(lines).toHaveLength(orders + 1);
    const living = Number(/^last\[(\d+)\]$/.exec(lines.at(-1) ?? "")?.[1]);
    expect(living).toBeGreaterThan(0);
    expect(living).toBeLessThanOrEqual(livingMax);
  });
}
