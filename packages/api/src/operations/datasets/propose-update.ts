import { type StoredDataset, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { withIdempotencyKey } from "@letsdata/database/stores/idempotency-store";
import { type ConfigChange, configDiff } from "@letsdata/dataset/config-diff";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { allowedActions } from "@letsdata/dataset/lifecycle";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { ConfigChangeDto } from "../../contract/update-dataset.ts";
import type { CallerContext } from "../context.ts";
import { askWorker } from "../requests/ask-worker.ts";
import { requireRunnableConfig } from "./parse-config.ts";
import { requireOwnInputs } from "./require-own-inputs.ts";

type UpdateAction = "updateCode" | "updateCompute";

/**
 * Shows what an update changes and, unless it is a dry run, asks the worker for it. Throws TRANSITION_NOT_ALLOWED,
 * CONFIG_INVALID with every finding, or REQUEST_INVALID where something changes that the action cannot change.
 */
export async function proposeUpdate(
  context: CallerContext,
  dataset: StoredDataset,
  proposed: { readonly action: UpdateAction; readonly json: unknown; readonly dryRun: boolean },
) {
  const { action, json, dryRun } = proposed;
  const { tenantId, userId, dependencies, idempotencyKey } = context;
  if (!allowedActions(dataset.status).includes(action)) {
    throw new Problem("TRANSITION_NOT_ALLOWED", `${dataset.name} is ${dataset.status} and cannot be updated now.`);
  }
  const config: DatasetConfig = requireRunnableConfig(json, dependencies.cloud.runtimes);
  await requireOwnInputs(dependencies.database, tenantId, config);
  const changes = configDiff(withoutSystemSet(dataset.config), config);
  const foreign = changes.filter((change) => change.action !== action);
  if (foreign.length > 0) {
    throw new Problem("REQUEST_INVALID", `${foreign[0]!.label} cannot be changed by this action.`, {
      errors: foreign.map(({ path, effect }) => ({ path, code: "REQUEST_INVALID", message: effect })),
    });
  }
  const shown = presentChanges(changes);
  if (dryRun) return { request: null, changes: shown };
  const { datasetId } = dataset;
  const call = { tenantId, key: idempotencyKey, request: [`datasets.${action}`, userId, datasetId, json] };
  return await withIdempotencyKey(dependencies.database, call, async (transaction) => {
    await transitionDataset(transaction, datasetId, "update");
    const request = await askWorker(context, transaction, { datasetId, kind: action, input: { config } });
    return { request, changes: shown };
  });
}

/** Names the system made are not the person's: they are no difference. */
export function withoutSystemSet(stored: unknown): unknown {
  const parsed = parseDatasetConfig(stored);
  return parsed.ok ? parsed.config : stored;
}

export function presentChanges(changes: readonly ConfigChange[]): ConfigChangeDto[] {
  return changes.map((change) => ({ ...change }));
}
