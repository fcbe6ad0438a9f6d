import type { ChangeListener, DatasetChange } from "@letsdata/database/changes";

/** `null`: changes may have been missed, look at everything. */
type OnChange = (datasetId: string | null) => void;

/** Hands the process's one stream of database notifications to any number of listeners. */
export interface ChangeFeed {
  /** Returns what ends the subscription. */
  subscribe(tenantId: string, onChange: OnChange): () => void;
  close(): Promise<void>;
}

type Listen = (onChange: (change: DatasetChange) => void, onMissed: () => void) => Promise<ChangeListener>;

/** Listens from the first subscription on. */
export function createChangeFeed(listen: Listen): ChangeFeed {
  const byTenant = new Map<string, Set<OnChange>>();
  let listening: Promise<ChangeListener> | undefined;

  function tellAll(): void {
    for (const listeners of byTenant.values()) for (const onChange of listeners) onChange(null);
  }

  function start(): void {
    if (listening) return;
    listening = listen(({ tenantId, datasetId }) => {
      for (const onChange of byTenant.get(tenantId) ?? []) onChange(datasetId);
    }, tellAll);
    // Whoever subscribed while the connection was being made may have read before it could hear. `listen` says so again a moment later, and
    // after each connection that was made anew.
    listening.then(tellAll, () => undefined);
  }

  return {
    subscribe(tenantId, onChange) {
      start();
      const listeners = byTenant.get(tenantId) ?? new Set();
      byTenant.set(tenantId, listeners.add(onChange));
      return () => {
        listeners.delete(onChange);
        if (listeners.size === 0) byTenant.delete(tenantId);
      };
    },
    async close() {
      await (await listening)?.close();
    },
  };
}
