import { Client } from "pg";

export interface DatasetChange {
  readonly tenantId: string;
  readonly datasetId: string;
}

export interface ChangeListener {
  close(): Promise<void>;
}

/** Longer than the 200 ms in which a dataset notifies once. */
const echoMilliseconds = 400;
const reconnectMilliseconds = 1_000;
const pingMilliseconds = 10_000;

/**
 * Calls back for every dataset that changed, in this or any process, a moment after the change was committed. Checkpoints
 * that follow each other within 200 ms notify once, so each dataset is called back once more when it has been quiet.
 * Reconnects by itself and then calls `onMissed`: changes may have been missed. So they may a moment after each connection, the first one
 * included: a checkpoint tells nobody within 200 ms of a notification from before it. So it is called once more then.
 */
export async function listenForChanges(
  url: string,
  onChange: (change: DatasetChange) => void,
  onMissed: () => void = () => undefined,
): Promise<ChangeListener> {
  const echoes = new Map<string, NodeJS.Timeout>();
  let closed = false;
  let client: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let ping: NodeJS.Timeout | undefined;
  let missed: NodeJS.Timeout | undefined;

  const heard = (payload: string) => {
    const separator = payload.indexOf(":");
    const change = { tenantId: payload.slice(0, separator), datasetId: payload.slice(separator + 1) };
    onChange(change);
    clearTimeout(echoes.get(payload));
    const echo = setTimeout(() => {
      echoes.delete(payload);
      onChange(change);
    }, echoMilliseconds);
    echoes.set(payload, echo);
  };

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
    client = next;
    clearTimeout(missed);
    missed = setTimeout(onMissed, echoMilliseconds);
    ping = setInterval(() => next.query("SELECT 1").catch(onLost), pingMilliseconds);
    ping.unref();
  };

  const reconnectLater = () => {
    if (closed) return;
    retry = setTimeout(() => {
      connect().then(onMissed, reconnectLater);
    }, reconnectMilliseconds);
  };

  await connect().catch(reconnectLater);
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(ping);
      clearTimeout(missed);
      for (const echo of echoes.values()) clearTimeout(echo);
      await client?.end().catch(() => undefined);
    },
  };
}
