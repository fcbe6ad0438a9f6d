import type { Jobs } from "@letsdata/database/jobs";
import { finishTry, forgetTry, isTryWanted, takeTry, trySeconds } from "@letsdata/database/stores/try-store";
import { asProblem } from "@letsdata/plugin-kit/problems";
import { TRIES_AT_ONCE, TRIES_OF_TENANT, type WorkerDependencies } from "../dependencies.ts";
import { tryStored } from "../try-dataset/try-stored.ts";

/** Ends a little before its time, so that what was found is still told. */
const RESERVE_MS = 5_000;
const LOOK_MS = 1_000;

interface TryJob {
  readonly tryId: string;
}

/** Trials, one job each; a trial is ended when its request is deleted or its time is up. */
export async function workOnTries(jobs: Jobs, dependencies: WorkerDependencies): Promise<void> {
  const { database, log } = dependencies;
  await jobs.work<TryJob>(
    "try-dataset",
    async ({ data: { tryId }, signal }) => {
      const stored = await takeTry(database, tryId);
      if (!stored) return;
      const ended = new AbortController();
      const look = setInterval(() => {
        isTryWanted(database, tryId).then(
          (isWanted) => isWanted || ended.abort(),
          () => {},
        );
      }, LOOK_MS);
      const timeLeft = stored.endsAt - RESERVE_MS - Date.now();
      const limit = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(Math.max(0, timeLeft))]);
      try {
        await finishTry(database, tryId, "SUCCEEDED", await tryStored(dependencies, stored, limit));
      } catch (thrown) {
        const problem = asProblem(thrown);
        // The pool's own says where the handler was.
        const { code, message, errors } = limit.aborted && problem.code !== overtime.code ? overtime : problem;
        log.info(`trial ${tryId} failed: ${code} ${message}`);
        await finishTry(database, tryId, "FAILED", { code, message, errors });
      } finally {
        clearInterval(look);
      }
    },
    { concurrency: TRIES_AT_ONCE, concurrencyOfGroup: TRIES_OF_TENANT },
  );
  await jobs.work<TryJob>("forget-try", ({ data }) => forgetTry(database, data.tryId));
}

const overtime = {
  code: "TASK_TIMED_OUT",
  message: `The trial did not end within ${trySeconds} s.`,
  errors: [],
};
