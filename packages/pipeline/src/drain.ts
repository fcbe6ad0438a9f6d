import type { RunTaskInput } from "./run-task.ts";
import { watchTimeLimit } from "./time-limit.ts";

/** Of the ten seconds that an attempt has at least to drain, but for very short time-outs. */
const workOffMilliseconds = 5_000;

/**
 * The planned end of an attempt: told to stop, out of time, or without its lease. A source that lends its records (a queue) has those that
 * were read ahead worked off for a while: given back, they would have used up one of the receives after which the queue moves a message
 * to its dead-letter queue.
 */
export class Drain {
  readonly #input: Pick<RunTaskInput, "stop" | "lost" | "clock" | "limits" | "reader">;
  #outcome: "stopped" | "rerun" | null = null;
  #workOffUntil = Number.POSITIVE_INFINITY;

  constructor(input: RunTaskInput) {
    this.#input = input;
  }

  /** Calls `onBegin` at each wish to end, until `over` aborts; the first one counts. */
  watch(over: AbortSignal, onBegin: () => void): void {
    const { stop, lost, clock, limits, reader } = this.#input;
    const begin = (outcome: "stopped" | "rerun"): void => {
      if (this.#outcome === null)
        this.#workOffUntil = clock.monotonic() + (reader.acknowledge ? workOffMilliseconds : 0);
      this.#outcome ??= outcome;
      onBegin();
    };
    const onStop = (): void => begin(stop.reason === "stopped" ? "stopped" : "rerun");
    stop.addEventListener("abort", onStop, { signal: over });
    lost.addEventListener("abort", () => begin("rerun"), { signal: over });
    if (stop.aborted) onStop();
    watchTimeLimit(clock, limits.timeoutSeconds, over, () => begin("rerun"));
  }

  /** Null while the attempt is not to end. */
  get outcome(): "stopped" | "rerun" | null {
    return this.#outcome;
  }

  /** Monotonic milliseconds after which nothing more is begun. */
  get workOffUntil(): number {
    return this.#workOffUntil;
  }

  /** `isWorkedOff`: nothing is left of what was read, and nothing comes. */
  isOver(isWorkedOff: boolean): boolean {
    if (this.#outcome === null) return false;
    return isWorkedOff || this.#input.lost.aborted || this.#input.clock.monotonic() >= this.#workOffUntil;
  }
}
