/** As many groups at once: one that waits for a lock does not hold up all others. */
const GROUPS_AT_ONCE = 2;
const GROUP_MAX = 100;

interface Call<Input, Output> {
  readonly input: Input;
  resolve(output: Output): void;
  reject(reason: unknown): void;
}

/**
 * A function of one input over one of many: calls that come while others are under way wait for those and go together. The outputs are
 * in the order of the inputs. A group that fails is repeated one by one, so that no call fails for another's sake.
 */
export function gatherCalls<Input, Output>(
  work: (inputs: readonly Input[]) => Promise<readonly Output[]>,
): (input: Input) => Promise<Output> {
  const waiting: Call<Input, Output>[] = [];
  let underWay = 0;

  const carryOut = async (calls: readonly Call<Input, Output>[]): Promise<void> => {
    try {
      const outputs = await work(calls.map(({ input }) => input));
      for (const [place, call] of calls.entries()) call.resolve(outputs[place] as Output);
    } catch (thrown) {
      if (calls.length === 1) calls[0]?.reject(thrown);
      else for (const call of calls) await carryOut([call]);
    }
  };

  const next = (): void => {
    if (waiting.length === 0 || underWay >= GROUPS_AT_ONCE) return;
    underWay++;
    void carryOut(waiting.splice(0, GROUP_MAX)).finally(() => {
      underWay--;
      next();
    });
  };

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      // Calls of the same moment go together too.
      if (waiting.length === 1) queueMicrotask(next);
    });
}
