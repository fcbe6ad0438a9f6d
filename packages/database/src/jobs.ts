import { fromPrisma, type JobWithMetadata, PgBoss } from "pg-boss";
import type { Queryable } from "./database.ts";

/** A coarse job as its handler sees it. `signal` aborts when its time is up or the process stops. */
export interface RunningJob<Data> {
  readonly id: string;
  readonly data: Data;
  readonly signal: AbortSignal;
  /** True: a throw does not repeat it any more. */
  readonly isLastTry: boolean;
  /** That it was put into the queue with. */
  readonly group: string | null;
}

/** What a handler passes on to whoever decides how a failure ends. */
export type JobTry = Pick<RunningJob<unknown>, "signal" | "isLastTry">;

export interface EnqueueOptions {
  readonly singletonKey?: string;
  readonly startAfterSeconds?: number;
  readonly group?: string | undefined;
}

export interface WorkOptions {
  readonly concurrency?: number;
  readonly concurrencyOfGroup?: number;
}

export interface Jobs {
  /**
   * Puts a job into the queue `name` with the transaction it is given: committed with it or never. With a
   * `singletonKey` a job that still waits under the same key is not doubled. Jobs of one `group` (a tenant) may be limited where they run.
   * Returns the id, null when not doubled.
   */
  enqueue(transaction: Queryable, name: string, data: object, options?: EnqueueOptions): Promise<string | null>;
  /**
   * Runs jobs of the queue here, one at a time unless `concurrency` says more, and of one group at most `concurrencyOfGroup`: the rest is for
   * others. Jobs without a group have no such limit. A throw repeats the job with back-off.
   */
  work<Data extends object>(
    name: string,
    handler: (job: RunningJob<Data>) => Promise<void>,
    options?: WorkOptions,
  ): Promise<void>;
  /** Whether a job of the queue with these data waits or runs: one that failed at its last try, or is gone, does not. */
  isOpen(name: string, data: object): Promise<boolean>;
  /** Lets running jobs finish for up to 10 s. */
  stop(): Promise<void>;
}

export interface StartJobs {
  /** Called for errors of the queue itself; a lost database is retried by itself. */
  readonly onError?: (error: Error) => void;
  /** False for processes that only enqueue (the console): no maintenance loops. */
  readonly supervise?: boolean;
}

/**
 * The queue of coarse jobs in the product's own database (schema `jobs`). A killed worker's job starts elsewhere once
 * its heartbeat is missed.
 */
export async function startJobs(url: string, options: StartJobs = {}): Promise<Jobs> {
  const boss = new PgBoss({
    connectionString: url,
    schema: "jobs",
    application_name: "letsdata-jobs",
    max: 4,
    schedule: false,
    supervise: options.supervise ?? true,
    monitorIntervalSeconds: 5,
    superviseIntervalSeconds: 5,
  });
  boss.on("error", (error) => options.onError?.(error));
  await boss.start();
  const known = new Map<string, Promise<void>>();

  const ensureQueue = (name: string): Promise<void> => {
    const making =
      known.get(name) ??
      boss
        .createQueue(name, {
          policy: "short",
          retryLimit: 20,
          retryDelay: 1,
          retryBackoff: true,
          retryDelayMax: 60,
          expireInSeconds: 3_600,
          heartbeatSeconds: 10,
        })
        .catch((thrown: unknown) => {
          known.delete(name);
          throw thrown;
        });
    known.set(name, making);
    return making;
  };

  return {
    async enqueue(transaction, name, data, { singletonKey, startAfterSeconds, group } = {}) {
      await ensureQueue(name);
      return boss.send(name, data, {
        db: fromPrisma(transaction),
        // Queues hold one waiting job per key; without a key of its own every job is one of its own.
        singletonKey: singletonKey ?? crypto.randomUUID(),
        ...(startAfterSeconds === undefined ? {} : { startAfter: startAfterSeconds }),
        ...(group === undefined ? {} : { group: { id: group } }),
      });
    },
    async work<Data extends object>(
      name: string,
      handler: (job: RunningJob<Data>) => Promise<void>,
      { concurrency = 1, concurrencyOfGroup }: WorkOptions = {},
    ) {
      await ensureQueue(name);
      await boss.work(
        name,
        {
          pollingIntervalSeconds: 0.5,
          batchSize: 1,
          localConcurrency: concurrency,
          // Counted here and not in the database: what one tenant may take grows with the workers.
          ...(concurrencyOfGroup === undefined ? {} : { localGroupConcurrency: concurrencyOfGroup }),
          heartbeatRefreshSeconds: 3,
          includeMetadata: true,
        },
        async (jobs: JobWithMetadata<Data>[]) => {
          for (const { id, data, signal, retryCount, retryLimit, groupId } of jobs)
            await handler({ id, data, signal, isLastTry: retryCount >= retryLimit, group: groupId ?? null });
        },
      );
    },
    async isOpen(name, data) {
      await ensureQueue(name);
      const found = await boss.findJobs(name, { data });
      return found.some(({ state }) => state === "created" || state === "retry" || state === "active");
    },
    stop: () => boss.stop({ graceful: true, timeout: 10_000 }),
  };
}
