import { type Connection, connectionsApiChannel } from "@platformatic/kafka";

/** Keys of calls in Kafka's protocol. */
const keys = { Produce: 0, AddPartitionsToTxn: 24, EndTxn: 26 } as const;
export type CallName = keyof typeof keys;

/** Told of every such call of this process when it is sent and not answered yet; `nth` counts from 1. */
export function onCalls(name: CallName, told: (nth: number, connection: Connection) => void): Disposable {
  let nth = 0;
  const sent = (event: unknown): void => {
    const { apiKey, connection } = event as { readonly apiKey: unknown; readonly connection: Connection };
    if (apiKey === keys[name]) told(++nth, connection);
  };
  connectionsApiChannel.end.subscribe(sent);
  return { [Symbol.dispose]: () => void connectionsApiChannel.end.unsubscribe(sent) };
}
