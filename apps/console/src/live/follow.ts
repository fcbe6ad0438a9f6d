/** What the page says about its live connection. */
export type LiveState = "connecting" | "live" | "reconnecting";

export interface FollowOptions<Event> {
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<Event>>;
  readonly onEvent: (event: Event) => void;
  readonly onState: (state: LiveState) => void;
  /** True ends the following: asking again would not help. */
  readonly isFinal: (thrown: unknown) => boolean;
  readonly signal: AbortSignal;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
}

const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 15_000;

/** Doubles from half a second to 15 s, spread over the upper half so that many pages do not return at once. */
export function pauseBeforeAttempt(attempt: number, random: () => number): number {
  const whole = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** attempt);
  return Math.round(whole * (0.5 + random() / 2));
}

/** Follows a stream until `signal` aborts; after every cut it connects again and gets a fresh snapshot first. */
export async function follow<Event>(options: FollowOptions<Event>): Promise<void> {
  const { signal, onState } = options;
  onState("connecting");
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      for await (const event of await options.open(signal)) {
        if (signal.aborted) return;
        attempt = 0;
        onState("live");
        options.onEvent(event);
      }
    } catch (thrown) {
      if (signal.aborted || options.isFinal(thrown)) return;
    }
    if (signal.aborted) return;
    onState("reconnecting");
    await options.wait(pauseBeforeAttempt(attempt, options.random), signal);
  }
}

/** Resolves after the time, or at once when aborted. */
export function waitOrAbort(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
