import { concurrencyOf, type DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { PlanningInput, TaskPlan, Warn } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { componentAccess, type DatasetOwner } from "./component-access.ts";
import { readConnectorOf } from "./connector-runtimes.ts";
import type { Installation } from "./installation.ts";

/** The tasks a source without manifest lines cuts itself into, beside those of `planned`. Throws NOT_AVAILABLE_LOCALLY. */
export async function* planSource(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  planned: PlanningInput<unknown>["planned"],
  signal: AbortSignal,
  warn?: Warn,
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
      ...(warn ? { warn } : {}),
    },
    signal,
  );
}

/** Whether the source may have more tasks after those planned so far. */
export function mayPlanMore(config: DatasetConfig): boolean {
  return readConnectorOf(config).plansMore?.(config.manifestFile) ?? false;
}
