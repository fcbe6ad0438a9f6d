import type { ErrorSink } from "@letsdata/plugin-kit/error-sink";
import type { Handler } from "@letsdata/plugin-kit/handler";
import type { Reader } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import type { CheckpointStore } from "../ports.ts";
import { type RunTaskInput, runTask } from "../run-task.ts";
import type { TaskBench } from "./task-bench.ts";

export interface Ports {
  readonly reader: Reader;
  readonly handler: Handler;
  readonly writer: Writer;
  readonly errorSink: ErrorSink;
  readonly checkpoints: CheckpointStore;
}

/** `before`: the process dies and the call is never made. `after`: it is made, but its answer never arrives. */
export interface Death {
  readonly atCall: number;
  readonly when: "before" | "after";
}

const never = new Promise<never>(() => {});

/** An attempt that dies; false when it came to its end before that. */
export async function liveUntil({ clock }: TaskBench, input: RunTaskInput, death: Death): Promise<boolean> {
  let died = false;
  let tellDeath: () => void = () => {};
  const deathIsTold = new Promise<void>((resolve) => {
    tellDeath = resolve;
  });
  const mortal = deadlyPorts(input, death, () => {
    died = true;
    tellDeath();
  });
  await clock.run(Promise.race([runTask({ ...input, ...mortal }), deathIsTold]));
  return died;
}

/** Ports of a process that dies at its n-th asynchronous port call (from 0): nothing it does from then on happens. */
export function deadlyPorts(ports: Ports, death: Death, onDeath: () => void): Ports {
  let calls = 0;
  let dead = false;
  const die = (): Promise<never> => {
    dead = true;
    onDeath();
    return never;
  };
  const mortal = async <T>(call: () => Promise<T>): Promise<T> => {
    if (dead) return never;
    const isLast = calls++ === death.atCall;
    if (isLast && death.when === "before") return die();
    const answer = await call();
    return isLast || dead ? die() : answer;
  };
  const { reader, handler, writer, errorSink, checkpoints } = ports;
  return {
    reader: {
      ...(reader.errorBodyBytesMax === undefined ? {} : { errorBodyBytesMax: reader.errorBodyBytesMax }),
      async *read(from, signal) {
        const iterator = reader.read(from, signal)[Symbol.asyncIterator]();
        for (;;) {
          const next = await mortal(() => iterator.next());
          if (next.done) return;
          yield next.value;
        }
      },
      ...(reader.acknowledge ? { acknowledge: (starts) => mortal(() => reader.acknowledge!(starts)) } : {}),
      close: async () => {},
    },
    handler: {
      handle: (batch, signal) => {
        const results = handler.handle(batch, signal);
        return dead ? never : results instanceof Promise ? mortal(() => results) : results;
      },
      close: async () => {},
    },
    writer: {
      limits: writer.limits,
      concurrentBatches: writer.concurrentBatches,
      ...(writer.needsStart ? { needsStart: true } : {}),
      prepare: (document, ordinal) => {
        const prepared = writer.prepare(document, ordinal);
        return prepared instanceof Promise ? mortal(() => prepared) : prepared;
      },
      write: (batch, signal) => mortal(() => writer.write(batch, signal)),
      ...(writer.checkpointAt ? { checkpointAt: (ordinal) => writer.checkpointAt!(ordinal) } : {}),
      ...(writer.wantsFlush ? { wantsFlush: () => writer.wantsFlush!() } : {}),
      ...(writer.flush ? { flush: (signal) => mortal(() => writer.flush!(signal)) } : {}),
      close: async () => {},
    },
    errorSink: {
      archive: (records, firstOrdinal, signal) => mortal(() => errorSink.archive(records, firstOrdinal, signal)),
      close: async () => {},
    },
    checkpoints: {
      load: (taskId) => mortal(() => checkpoints.load(taskId)),
      save: (taskId, lease, update) => mortal(() => checkpoints.save(taskId, lease, update)),
    },
  };
}
