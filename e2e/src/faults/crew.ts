import { waitFor } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";
import type { WorkerProcess } from "../installation/worker-process.ts";

/** The workers alive; a killed one is replaced when asked for. */
export interface Crew {
  readonly workers: WorkerProcess[];
  replenish(): Promise<void>;
}

export function createCrew(installation: TestInstallation, size: number, env: Readonly<Record<string, string>>): Crew {
  const workers: WorkerProcess[] = [];
  return {
    workers,
    async replenish() {
      while (workers.length < size) workers.push(installation.startWorker(env));
      for (const worker of workers) {
        await waitFor(
          async () => (worker.output().includes("worker ready") ? true : null),
          60,
          `worker ${worker.pid} to be ready`,
        );
      }
    },
  };
}
