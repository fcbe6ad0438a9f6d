import { type ChildProcess, fork } from "node:child_process";
import type { CheckpointStore } from "@letsdata/pipeline/ports";

export interface BenchCheckpoints extends CheckpointStore {
  /** Milliseconds of each save. */
  readonly saveMilliseconds: number[];
  stop(): void;
}

/** Checkpoints travel over IPC to another process that makes them durable, as a data task's do to its worker. */
export function startBenchCheckpoints(): BenchCheckpoints {
  const child: ChildProcess = fork(new URL("./checkpoint-process.ts", import.meta.url), { execArgv: [] });
  const waiting = new Map<number, () => void>();
  const saveMilliseconds: number[] = [];
  let lastId = 0;
  child.on("message", ({ id }: { id: number }) => {
    waiting.get(id)?.();
    waiting.delete(id);
  });
  return {
    saveMilliseconds,
    load: async () => null,
    save(_taskId, _lease, update) {
      const id = ++lastId;
      const began = performance.now();
      return new Promise((resolve) => {
        waiting.set(id, () => {
          saveMilliseconds.push(performance.now() - began);
          resolve();
        });
        child.send({ id, update });
      });
    },
    stop: () => child.disconnect(),
  };
}
