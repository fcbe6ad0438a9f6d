import { Client } from "pg";
import { createEchoes, soonMilliseconds } from "./echoes.ts";

export interface DatasetChange {
  readonly tenantId: string;
  readonly datasetId: string;
}

export interface ChangeListener {
  close(): Promise<void>;
}

const reconnectMilliseconds = 1_000;
const pingMilliseconds = 10_000;

/**
 * Calls back for every dataset that changed, in this or any process, a moment after the change was committed. Checkpoints
 * that follow each other within 200 ms notify once, so each dataset is called back again when it has been quiet.
 * Reconnects by itself and then calls `onMissed`: changes may have been missed. So they may a moment after each connection, the first one
 * included: a checkpoint tells nobody within 200 ms of a notification from before it. So it is called once more then.
 */
export async function listenForChanges(
  url: string,
  onChange: (change: DatasetChange) => void,
  onMissed: () => void = () => undefined,
): Promise<ChangeListener> {
  const { heard, stop: stopEchoes } = createEchoes((payload) => {
    const separator = payload.indexOf(":");
    onChange({ tenantId: payload.slice(0, separator), datasetId: payload.slice(separator + 1) });
  });
  let closed = false;
  let client: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let ping: NodeJS.Timeout | undefined;
  let missed: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const next = new Client({
      connectionString: url,
      keepAlive: true,
      application_name: "letsdata-changes",
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    let lost = false;
    const onLost = () => {
      if (lost) return;
      lost = true;
      clearInterval(ping);
      next.end().catch(() => undefined);
      reconnectLater();
    };
    next.on("error", onLost);
    next.on("end", onLost);
    next.on("notification", (message) => heard(message.payload ?? ""));
    try {
      await next.connect();
      await next.query("LISTEN dataset_changed");
    } catch (thrown) {
      lost = true;
      next.end().catch(() => undefined);
      throw thrown;
    }
    if (closed) {
      lost = true;
      await next.end();
      return;
    }
    client = next;
    clearTimeout(missed);
    missed = setTimeout(onMissed, soonMilliseconds);
    ping = setInterval(() => next.query("SELECT 1").catch(onLost), pingMilliseconds);
    ping.unref();
  };

  const reconnectLater = () => {
    if (closed) return;
    // A connection that is cut while it is being made is told of twice.
    clearTimeout(retry);
    retry = setTimeout(() => {
      connect().then(() => closed || onMissed(), reconnectLater);
    }, reconnectMilliseconds);
  };

  await connect().catch(reconnectLater);
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(ping);
      clearTimeout(missed);
      stopEchoes();
      await client?.end().catch(() => undefined);
    },
  };
}
