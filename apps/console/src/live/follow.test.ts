import { describe, expect, it } from "vitest";
import { follow, type LiveState, pauseBeforeAttempt } from "./follow.ts";

async function* streamOf(...events: readonly number[]): AsyncGenerator<number> {
  yield* events;
}

describe("following a stream", () => {
  it("connects again after every cut and says so", async () => {
    const ending = new AbortController();
    const states: LiveState[] = [];
    const events: number[] = [];
    let opened = 0;
    await follow<number>({
      open: async () => {
        opened += 1;
        if (opened === 2) throw new TypeError("fetch failed");
        return streamOf(opened);
      },
      onEvent: (event) => {
        events.push(event);
        if (event === 3) ending.abort();
      },
      onState: (state) => states.push(state),
      isFinal: () => false,
      signal: ending.signal,
      wait: async () => undefined,
      random: () => 0,
    });
    expect(events).toEqual([1, 3]);
    expect(states).toEqual(["connecting", "live", "reconnecting", "reconnecting", "live"]);
  });

  it("gives up when asking again cannot help", async () => {
    let opened = 0;
    await follow<number>({
      open: async () => {
        opened += 1;
        throw new Error("gone");
      },
      onEvent: () => undefined,
      onState: () => undefined,
      isFinal: () => true,
      signal: new AbortController().signal,
      wait: async () => undefined,
      random: () => 0,
    });
    expect(opened).toBe(1);
  });

  it("waits longer after each failure, at most 15 s, never all pages at once", () => {
    expect(pauseBeforeAttempt(0, () => 0)).toBe(250);
    expect(pauseBeforeAttempt(0, () => 0.999)).toBeLessThanOrEqual(500);
    expect(pauseBeforeAttempt(30, () => 0.999)).toBeLessThanOrEqual(15_000);
  });
});
