import { listErrorFiles } from "@letsdata/database/stores/error-file-store";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";

export const listErrors = signedIn.errors.list.handler(async ({ context, input }) => {
  const { datasetId } = await requireDataset(context, input.dataset);
  const { taskId, limit, cursor } = input;
  const page = await listErrorFiles(context.dependencies.database, {
    tenantId: context.tenantId,
    datasetId,
    taskId,
    limit,
    cursor,
  });
  const items = page.items.map((task) => ({
    taskId: task.taskId,
    taskStatus: task.taskStatus,
    numberOfErrors: task.numberOfErrors,
    files: task.files.map(({ id, key, records, bytes, createdAt }) => ({
      file: id,
      key,
      records,
      bytes,
      createDatetime: createdAt,
    })),
  }));
  return { items, nextCursor: page.nextCursor };
});
