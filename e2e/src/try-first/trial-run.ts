import { waitFor } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";

/** Asks until the trial ended, one way or the other. */
export function endOfTrial(installation: TestInstallation, tryId: string) {
  return waitFor(
    async () => {
      const trial = await installation.client.tries.view({ tryId });
      return trial.status === "SUCCEEDED" || trial.status === "FAILED" ? trial : null;
    },
    70,
    `trial ${tryId} to end`,
  );
}

/** The result of a trial that came to its end. */
export async function resultOfTrial(installation: TestInstallation, config: unknown, records?: number) {
  const { tryId } = await installation.client.tries.create({
    config: config as never,
    ...(records === undefined ? {} : { records }),
  });
  const { result, problem } = await endOfTrial(installation, tryId);
  if (result) return result;
  throw new Error(`the trial failed: ${JSON.stringify(problem)}`);
}
