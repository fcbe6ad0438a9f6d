import { type ListLogLines, listLogLines } from "@letsdata/database/stores/log-store";
import { getTask } from "@letsdata/database/stores/task-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import type { CallerContext } from "../context.ts";
import { requireDataset } from "../datasets/require-dataset.ts";

export const listLogs = signedIn.logs.list.handler(async ({ context, input }) => {
  const { datasetId } = await requireDataset(context, input.dataset);
  const { dataset: _, ...query } = input;
  return await readLog(context, { ...query, tenantId: context.tenantId, datasetId });
});

export const listTaskLogs = signedIn.logs.listOfTask.handler(async ({ context, input }) => {
  const { datasetId, name } = await requireDataset(context, input.dataset);
  const { dataset: _, ...query } = input;
  const task = await getTask(context.dependencies.database, context.tenantId, datasetId, input.taskId);
  if (task === null) throw new Problem("NOT_FOUND", `${name} has no task ${input.taskId}.`, { path: "taskId" });
  return await readLog(context, { ...query, tenantId: context.tenantId, datasetId });
});

async function readLog(context: CallerContext, query: ListLogLines) {
  const page = await listLogLines(context.dependencies.database, query);
  return {
    items: page.items.map(({ id, time, level, taskId, attempt, source, message, fields }) => ({
      id,
      time,
      level,
      taskId,
      attempt,
      source,
      message,
      fields: fields ?? {},
    })),
    nextCursor: page.nextCursor,
  };
}
