import { countTasks, listTasks as readTasks } from "@letsdata/database/stores/task-store";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";
import { presentTask } from "./present-task.ts";
import { taskFilterOf } from "./task-filter.ts";

export const listTasks = signedIn.tasks.list.handler(async ({ context, input }) => {
  const { database } = context.dependencies;
  const { datasetId, tasks } = await requireDataset(context, input.dataset);
  const filter = taskFilterOf(context.tenantId, datasetId, input);
  const [page, matching] = await Promise.all([
    readTasks(database, { ...filter, limit: input.limit, cursor: input.cursor }),
    countTasks(database, filter),
  ]);
  return { items: page.items.map((task) => presentTask(task, tasks)), nextCursor: page.nextCursor, matching };
});
