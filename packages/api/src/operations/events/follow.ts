import { AsyncIteratorClass } from "@orpc/contract";
import { withEventMeta } from "@orpc/server";

/** Listeners are told at most this often: checkpoints of a busy dataset come many times a second. */
const eventIntervalMilliseconds = 250;

interface Follow<Event extends object> {
  /** Calls back with what changed; null for anything. Returns what ends the subscription. */
  readonly subscribe: (onChange: (datasetId: string | null) => void) => () => void;
  /** The next event; `changed` is null for a full snapshot, which the first event always is. Null: nothing to tell. */
  readonly read: (changed: readonly string[] | null) => Promise<Event | null>;
  readonly signal: AbortSignal | undefined;
  readonly now: () => number;
}

/** A stream of events that begins with a snapshot and joins bursts of changes into one event. */
export function follow<Event extends object>({ subscribe, read, signal, now }: Follow<Event>) {
  let all = true;
  let changed = new Set<string>();
  let closed = signal?.aborted ?? false;
  let wake: () => void = () => undefined;
  let pause: NodeJS.Timeout | undefined;
  let notBefore = 0;

  const unsubscribe = subscribe((datasetId) => {
    if (datasetId === null) all = true;
    else changed.add(datasetId);
    wake();
  });
  const close = () => {
    closed = true;
    unsubscribe();
    clearTimeout(pause);
    signal?.removeEventListener("abort", close);
    wake();
  };
  signal?.addEventListener("abort", close, { once: true });

  async function untilChanged(): Promise<void> {
    while (!closed && !all && changed.size === 0) await new Promise<void>((resolve) => (wake = resolve));
    const wait = notBefore - now();
    if (closed || wait <= 0) return;
    await new Promise<void>((resolve) => {
      wake = () => (closed ? resolve() : undefined);
      pause = setTimeout(resolve, wait);
    });
  }

  async function next(): Promise<IteratorResult<Event, undefined>> {
    for (;;) {
      await untilChanged();
      if (closed) return { done: true, value: undefined };
      const taken = all ? null : [...changed];
      all = false;
      changed = new Set();
      const event = await read(taken);
      notBefore = now() + eventIntervalMilliseconds;
      if (event !== null) return { done: false, value: withEventMeta(event, { id: String(now()) }) };
    }
  }

  return new AsyncIteratorClass<Event, undefined, void>(next, async () => close());
}
