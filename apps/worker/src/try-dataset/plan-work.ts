import type { Installation } from "@letsdata/access/installation";
import { planSource } from "@letsdata/access/plan-source";
import { checkManifest, planManifest } from "@letsdata/dataset/plan-tasks";
import type { TaskPlan } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { DatasetContext } from "../dataset-contexts.ts";
import { hasManifestLines, manifestInput } from "../manifest-input.ts";

/** Shards, segments and queue workers are counted up to here. */
const plansCountedMax = 10_000;

export interface PlannedWork {
  /** The first task. */
  readonly first: TaskPlan;
  readonly tasks: number;
  /** The tasks at the beginning, to measure what one task is like. */
  readonly beginning: readonly TaskPlan[];
}

/** Plans as initialisation does, without storing anything. Throws MANIFEST_INVALID, or the Problem of a call. */
export async function planWork(
  installation: Installation,
  context: Pick<DatasetContext, "config" | "owner">,
  signal: AbortSignal,
): Promise<PlannedWork> {
  const { config, owner } = context;
  if (!hasManifestLines(config)) {
    const beginning: TaskPlan[] = [];
    for await (const plan of planSource(installation, config, owner, new Map(), signal)) {
      beginning.push(plan);
      if (beginning.length === plansCountedMax) break;
    }
    return plannedWork(beginning, beginning.length);
  }
  const input = manifestInput(installation, context, signal);
  const check = await checkManifest(input);
  for await (const plans of planManifest(input, check)) return plannedWork(plans, check.lines);
  throw new Problem("MANIFEST_INVALID", "The manifest has no line", { path: input.path });
}

function plannedWork(beginning: readonly TaskPlan[], tasks: number): PlannedWork {
  const [first] = beginning;
  if (!first) {
    throw new Problem("MANIFEST_INVALID", "The source has nothing to read.", { path: "manifestFile" });
  }
  return { first, tasks, beginning };
}
