import { Connection } from "@platformatic/kafka";
import type { KafkaConnection } from "./connection.ts";

/** Of bootstrap brokers: one that is down is no reason to refuse a cluster. */
const BROKERS_TRIED_MAX = 3;

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** One signed-in connection to the first of the addresses that answers. Throws why the last one did not. */
export async function openBroker(
  { clientId, connectTimeout, requestTimeout, tls, sasl, context }: KafkaConnection,
  addresses: readonly BrokerAddress[],
  signal: AbortSignal,
): Promise<Connection> {
  let failure: unknown;
  for (const { host, port } of addresses.slice(0, BROKERS_TRIED_MAX)) {
    signal.throwIfAborted();
    const options = { connectTimeout, requestTimeout, context, ...(tls ? { tls } : {}), ...(sasl ? { sasl } : {}) };
    const broker = new Connection(clientId, options);
    // What goes wrong is also thrown to whoever called; nobody listening would end the process.
    broker.on("error", () => undefined);
    const close = () => void broker.close().catch(() => undefined);
    signal.addEventListener("abort", close, { once: true });
    try {
      await broker.connect(host, port);
      return broker;
    } catch (thrown) {
      failure = thrown;
      close();
    } finally {
      signal.removeEventListener("abort", close);
    }
  }
  throw failure;
}

export function addressOf(broker: string): BrokerAddress {
  const colon = broker.lastIndexOf(":");
  return { host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)) };
}
