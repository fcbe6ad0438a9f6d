/** Longer than the 200 ms in which a dataset notifies once. */
export const soonMilliseconds = 400;
/** Longer than a commit takes on a busy disk: a checkpoint that notifies nobody decides so before it, and may be seen only behind the first echo. */
const lateMilliseconds = 5_000;

export interface Echoes {
  /** Calls now, soon after, and once more for what is committed late. What was still to come for the same `what` does not come any more. */
  heard(what: string): void;
  stop(): void;
}

/** Repeats calls about what changed, for changes that follow a notification so closely that they make none. */
export function createEchoes(call: (what: string) => void): Echoes {
  const toCome = new Map<string, NodeJS.Timeout>();
  let isStopped = false;

  function echo(what: string, [next, ...later]: readonly number[]): void {
    clearTimeout(toCome.get(what));
    toCome.delete(what);
    if (next !== undefined) {
      const timer = setTimeout(() => {
        echo(what, later);
        call(what);
      }, next);
      toCome.set(what, timer);
    }
  }

  return {
    heard(what) {
      if (isStopped) return;
      echo(what, [soonMilliseconds, lateMilliseconds - soonMilliseconds]);
      call(what);
    },
    stop() {
      isStopped = true;
      for (const timer of toCome.values()) clearTimeout(timer);
    },
  };
}
