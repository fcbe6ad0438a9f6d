import { type StoredDataset, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { withIdempotencyKey } from "@letsdata/database/stores/idempotency-store";
import { countRedrivable } from "@letsdata/database/stores/redrive-tasks";
import type { TaskFilter } from "@letsdata/database/stores/task-store";
import { allowedRedrivePolicies, type RedrivePolicy } from "@letsdata/dataset/lifecycle";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";
import { assertSupported, isSupportedPolicy } from "../datasets/supported-actions.ts";
import { askWorker } from "../requests/ask-worker.ts";
import type { taskFilterOf } from "../tasks/task-filter.ts";

/** Beyond this the preview says "at least". */
const countedTasksMax = 1_000_000;

export const createRedrive = signedIn.redrives.create.handler(async ({ context, input }) => {
  const { tenantId, userId, dependencies, idempotencyKey } = context;
  const { database } = dependencies;
  const { dataset: nameOrId, dryRun, ...asked } = input;
  const dataset = await requireDataset(context, nameOrId);
  assertPolicyAllowed(dataset, asked.policy);
  assertSupported(isSupportedPolicy(asked.policy), asked.policy, "policy");
  const { datasetId } = dataset;
  const order = workOrder(asked);
  const filter = order.filter && { ...order.filter, tenantId, datasetId };
  const selected = { tenantId, datasetId, taskIds: order.taskIds, filter };
  const matchingTasks = (await countRedrivable(database, selected, countedTasksMax)) ?? countedTasksMax;
  if (dryRun) return { request: null, matchingTasks };
  const call = { tenantId, key: idempotencyKey, request: ["redrives.create", userId, datasetId, asked] };
  return await withIdempotencyKey(database, call, async (transaction) => {
    await transitionDataset(transaction, datasetId, "redrive");
    const request = await askWorker(context, transaction, { datasetId, kind: "redrive", input: { ...order } });
    return { request, matchingTasks };
  });
});

function assertPolicyAllowed(dataset: StoredDataset, policy: RedrivePolicy): void {
  const allowed = allowedRedrivePolicies(dataset.status);
  if (allowed.includes(policy)) return;
  const instead = allowed.length === 0 ? "no redrive is possible" : `only ${allowed.join(", ")} is possible`;
  throw new Problem("TRANSITION_NOT_ALLOWED", `${dataset.name} is ${dataset.status}: ${instead}.`, { path: "policy" });
}

type Asked = {
  readonly selection: string;
  readonly taskIds?: readonly string[] | undefined;
  readonly filter?: Parameters<typeof taskFilterOf>[2] | undefined;
  readonly policy: RedrivePolicy;
};

interface WorkOrder {
  readonly taskIds?: readonly string[];
  readonly filter?: Omit<TaskFilter, "tenantId" | "datasetId">;
  readonly policy: RedrivePolicy;
}

/** What the worker is told: ids, a filter, or neither for all errored tasks. */
function workOrder({ selection, taskIds = [], filter, policy }: Asked): WorkOrder {
  if (selection === "TASK_IDS") return { taskIds, policy };
  if (selection !== "FILTER" || filter === undefined) return { policy };
  const { status, text, errorCode } = filter;
  return { filter: { statuses: status === undefined ? undefined : [status].flat(), text, errorCode }, policy };
}
