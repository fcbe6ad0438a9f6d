import type { TaskFilter } from "@letsdata/database/stores/task-store";
import type { TaskStatus } from "@letsdata/dataset/lifecycle";

interface FilterInput {
  readonly status?: TaskStatus | TaskStatus[] | undefined;
  readonly text?: string | undefined;
  readonly errorCode?: string | undefined;
}

export function taskFilterOf(tenantId: string, datasetId: string, input: FilterInput): TaskFilter {
  const { status, text, errorCode } = input;
  return { tenantId, datasetId, statuses: status === undefined ? undefined : [status].flat(), text, errorCode };
}
