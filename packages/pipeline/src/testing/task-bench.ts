import type { ErrorSink } from "@letsdata/plugin-kit/error-sink";
import type { Handler } from "@letsdata/plugin-kit/handler";
import type { Reader } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import type { RunTaskInput } from "../run-task.ts";
import { FakeCheckpointStore } from "./fake-checkpoint-store.ts";
import { fakeHandler } from "./fake-handler.ts";
import { FakeArchive, FakeTarget } from "./fake-target.ts";
import { ManualClock } from "./manual-clock.ts";

export interface TaskBench {
  readonly clock: ManualClock;
  readonly checkpoints: FakeCheckpointStore;
  readonly target: FakeTarget;
  readonly archive: FakeArchive;
  readonly stop: AbortController;
  readonly lost: AbortController;
  /** Input of an attempt that resumes from the last checkpoint under a new lease. */
  readonly attempt: (parts: { reader: Reader } & Partial<RunTaskInput>) => RunTaskInput;
}

/** Everything an attempt needs, faked; a test overrides what it is about. */
export function taskBench({ random = () => 0.5 }: { readonly random?: () => number } = {}): TaskBench {
  const clock = new ManualClock();
  const checkpoints = new FakeCheckpointStore();
  const target = new FakeTarget();
  const archive = new FakeArchive();
  const stop = new AbortController();
  const lost = new AbortController();
  let attempts = 0;
  return {
    clock,
    checkpoints,
    target,
    archive,
    stop,
    lost,
    attempt: (parts) => {
      const fakes: { handler: Handler; writer: Writer; errorSink: ErrorSink } = {
        handler: fakeHandler(),
        writer: target.openWriter(),
        errorSink: archive.openSink(),
      };
      return {
        task: {
          tenantId: "tenant",
          datasetId: "dataset",
          datasetName: "Flights",
          taskId: "task",
          attempt: ++attempts,
          codeVersion: 1,
        },
        lease: checkpoints.lease(),
        checkpoints,
        resumeFrom: checkpoints.last,
        clock,
        random,
        limits: { timeoutSeconds: 900, checkpointRecords: 20, checkpointSecondsMin: 0 },
        recordErrorPolicy: "ArchiveAndContinue",
        stop: stop.signal,
        lost: lost.signal,
        log: () => {},
        ...fakes,
        ...parts,
      };
    },
  };
}
