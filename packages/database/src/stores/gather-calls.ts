/** As many groups of one key at once: one that waits for a lock does not hold up all others. */
const GROUPS_AT_ONCE = 2;
const GROUP_MAX = 100;

interface Call<Input, Output> {
  readonly input: Input;
  resolve(output: Output): void;
  reject(reason: unknown): void;
}

/** Of one key, as long as it has calls. */
interface Gathered<Input, Output> {
  readonly waiting: Call<Input, Output>[];
  underWay: number;
}

/**
 * A function of one input over one of many: calls that come while others of their key are under way wait for those and go together. A group
 * never has two keys, and no key waits for another. The outputs are in the order of the inputs. A group that fails is repeated one by one, so
 * that no call fails for another's sake.
 */
export function gatherCalls<Input, Output>(
  keyOf: (input: Input) => string,
  work: (inputs: readonly Input[]) => Promise<readonly Output[]>,
): (input: Input) => Promise<Output> {
  const byKey = new Map<string, Gathered<Input, Output>>();

  const carryOut = async (calls: readonly Call<Input, Output>[]): Promise<void> => {
    try {
      const outputs = await work(calls.map(({ input }) => input));
      for (const [place, call] of calls.entries()) call.resolve(outputs[place] as Output);
    } catch (thrown) {
      if (calls.length === 1) calls[0]?.reject(thrown);
      else for (const call of calls) await carryOut([call]);
    }
  };

  const next = (key: string, gathered: Gathered<Input, Output>): void => {
    const { waiting } = gathered;
    if (waiting.length === 0 && gathered.underWay === 0) byKey.delete(key);
    if (waiting.length === 0 || gathered.underWay >= GROUPS_AT_ONCE) return;
    gathered.underWay++;
    void carryOut(waiting.splice(0, GROUP_MAX)).finally(() => {
      gathered.underWay--;
      next(key, gathered);
    });
  };

  return (input) =>
    new Promise((resolve, reject) => {
      const key = keyOf(input);
      const gathered = byKey.get(key) ?? { waiting: [], underWay: 0 };
      byKey.set(key, gathered);
      gathered.waiting.push({ input, resolve, reject });
      // Calls of the same moment go together too.
      if (gathered.waiting.length === 1) queueMicrotask(() => next(key, gathered));
    });
}
