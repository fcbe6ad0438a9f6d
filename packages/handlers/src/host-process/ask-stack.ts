import type { Duplex } from "node:stream";

/** Where customer code was when it was asked. */
export interface HandlerStack {
  /** Such as "line 12 of Orders.py"; null where its lines are not known. */
  readonly place: string | null;
  /** As its language prints one, without the host's own part. */
  readonly stack: string;
}

/** How a language's host is asked where customer code is, while that code keeps it. */
export interface StackQuestion {
  /** One that a process which is not ready for it ignores. Absent: the host waits for a byte on the descriptor it answers on. */
  readonly signal?: NodeJS.Signals;
  /** Reads what the language's runtime wrote by itself, for code that lets the host not even answer. Null: no customer code in it. */
  readonly readDump?: (dump: string) => HandlerStack | null;
}

const patienceMilliseconds = 700;
/** Customer code can write on the descriptor, too. */
const toldLengthMax = 256 * 1024;
const stackLengthMax = 16_000;
const placeLengthMax = 300;

/**
 * Puts the question by `ask` and reads the answer from `channel`: one line of JSON, a HandlerStack whose `stack` is null where no customer
 * code runs. Resolves within a second whatever the host does; null where nothing is known. The channel flows from then on: an answer
 * that comes too late is nobody's, and not that to the next question.
 */
export function askStack(channel: Duplex, ask: () => void, { readDump }: StackQuestion): Promise<HandlerStack | null> {
  return new Promise((resolve) => {
    let told = "";
    const finish = (stack: HandlerStack | null): void => {
      clearTimeout(limit);
      channel.off("data", take).off("close", giveUp);
      resolve(stack);
    };
    const giveUp = (): void => finish(readDump?.(told) ?? null);
    const take = (text: string): void => {
      told += text;
      const answer = told.length > toldLengthMax ? null : answerIn(told);
      if (answer !== undefined) finish(answer);
    };
    const limit = setTimeout(giveUp, patienceMilliseconds);
    channel.setEncoding("utf8").on("data", take).on("close", giveUp).resume();
    ask();
  });
}

/** Undefined while there is none. */
function answerIn(told: string): HandlerStack | null | undefined {
  const line = /^\{.*\}(?=\n)/m.exec(told)?.[0];
  if (line === undefined) return undefined;
  try {
    const { place, stack } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (typeof stack !== "string") return null;
    const known = typeof place === "string" ? place.slice(0, placeLengthMax) : null;
    return { place: known, stack: stack.slice(0, stackLengthMax) };
  } catch {
    return null;
  }
}
