import { concurrencyOf, type DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { componentAccess, type DatasetOwner } from "./component-access.ts";
import { readConnectorOf } from "./connector-runtimes.ts";
import type { Installation } from "./installation.ts";

/** Whom a source may tell something while it is planned. */
export type PlanningListeners = Pick<PlanningInput<unknown>, "warn" | "askAgain">;

/** The tasks a source without manifest lines cuts itself into, beside those of `planned`. Throws NOT_AVAILABLE_LOCALLY. */
export async function* planSource(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  planned: PlanningInput<unknown>["planned"],
  signal: AbortSignal,
  listeners: PlanningListeners = {},
): AsyncGenerator<TaskPlan> {
  const connector = readConnectorOf(config);
  if (!connector.planTasks) {
    throw new Problem("NOT_AVAILABLE_LOCALLY", "This source cannot be planned on this installation.");
  }
  yield* connector.planTasks(
    {
      config: config.readConnector,
      manifest: config.manifestFile,
      concurrency: concurrencyOf(config.computeEngine),
      access: componentAccess(installation, config, owner, "readConnector"),
      planned,
      ...listeners,
    },
    signal,
  );
}

/** Whether the source may have more tasks after those planned so far. */
export function mayPlanMore(config: DatasetConfig): boolean {
  return readConnectorOf(config).plansMore?.(config.manifestFile) ?? false;
}
