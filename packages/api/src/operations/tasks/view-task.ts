import { getTask } from "@letsdata/database/stores/task-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";
import { presentTask } from "./present-task.ts";

export const viewTask = signedIn.tasks.view.handler(async ({ context, input }) => {
  const { datasetId, name, tasks } = await requireDataset(context, input.dataset);
  const task = await getTask(context.dependencies.database, context.tenantId, datasetId, input.taskId);
  if (task === null) throw new Problem("NOT_FOUND", `${name} has no task ${input.taskId}.`, { path: "taskId" });
  return presentTask(task, tasks);
});
