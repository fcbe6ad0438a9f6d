import type { DatasetAction, RedrivePolicy } from "@letsdata/dataset/lifecycle";
import { Problem } from "@letsdata/plugin-kit/problems";

const actions: readonly DatasetAction[] = ["redrive", "stopWithError", "stopWithComplete", "delete"];
const policies: readonly RedrivePolicy[] = ["RESUME_FROM_CHECKPOINT", "RESTART_FROM_BEGINNING"];

/** What the worker can carry out today, out of all that the lifecycle allows. */
export function isSupported(action: DatasetAction): boolean {
  return actions.includes(action);
}

export function isSupportedPolicy(policy: RedrivePolicy): boolean {
  return policies.includes(policy);
}

/** Refuses before the status moves to where nothing would bring it back from. */
export function assertSupported(supported: boolean, what: string, path: string): void {
  if (!supported)
    throw new Problem("NOT_AVAILABLE_LOCALLY", `This installation cannot carry out ${what} yet.`, { path });
}
