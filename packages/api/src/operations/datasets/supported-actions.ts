import {
  allowedActions,
  allowedRedrivePolicies,
  type DatasetAction,
  type DatasetStatus,
  type RedrivePolicy,
} from "@letsdata/dataset/lifecycle";
import { Problem } from "@letsdata/plugin-kit/problems";

const actions: readonly DatasetAction[] = [
  "updateCode",
  "updateCompute",
  "redrive",
  "stopWithError",
  "stopWithComplete",
  "delete",
];
const policies: readonly RedrivePolicy[] = ["RESUME_FROM_CHECKPOINT", "RESTART_FROM_BEGINNING"];

/** What the worker can carry out today, out of all that the lifecycle allows. */
export function isSupported(action: DatasetAction): boolean {
  return actions.includes(action);
}

export function isSupportedPolicy(policy: RedrivePolicy): boolean {
  return policies.includes(policy);
}

/** What may be asked for now: a redrive only while there is a policy for it. */
export function offeredActions(status: DatasetStatus): DatasetAction[] {
  const canRedrive = offeredRedrivePolicies(status).length > 0;
  return allowedActions(status).filter((action) => isSupported(action) && (action !== "redrive" || canRedrive));
}

export function offeredRedrivePolicies(status: DatasetStatus): RedrivePolicy[] {
  return allowedRedrivePolicies(status).filter(isSupportedPolicy);
}

/** Refuses before the status moves to where nothing would bring it back from. */
export function assertSupported(supported: boolean, what: string, path: string): void {
  if (!supported)
    throw new Problem("NOT_AVAILABLE_LOCALLY", `This installation cannot carry out ${what} yet.`, { path });
}
