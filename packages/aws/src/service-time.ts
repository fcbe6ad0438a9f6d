/** Services tell the time by the second. */
export const SERVICE_TIME_PRECISION_MS = 1_000;

type Handler<Result> = (args: never) => Promise<Result>;
interface CommandStack {
  // biome-ignore lint/suspicious/noExplicitAny: each command types the stack by its own input and output.
  add(middleware: (next: Handler<any>) => Handler<any>, options: { step: "deserialize"; name: string }): void;
}

/**
 * Notes what the service's own clock shows when it answers the command: call the result after `send`. Epoch milliseconds, rounded down to
 * the second, so never later than the answer; this machine's time when the answer does not say. What a service stamps or refuses by time
 * it judges by that clock, and a machine's may differ by minutes before AWS takes no signature of it.
 */
export function noteServiceTime(command: { readonly middlewareStack: CommandStack }): () => number {
  let time = Number.NaN;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      time = Date.parse(result.response?.headers?.date);
      return result;
    },
    { step: "deserialize", name: "noteServiceTime" },
  );
  return () => (Number.isNaN(time) ? Date.now() : time);
}
