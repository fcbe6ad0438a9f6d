import { countTasks, type ListTasks, listTasks } from "@letsdata/database/stores/task-store";
import { quantile } from "./alternate.ts";
import { failTasks, planDataset } from "./endpoints/bench-database.ts";
import type { Scene } from "./scene.ts";

const failedEvery = 100;
const limit = 50;

type Query = Omit<ListTasks, "tenantId" | "datasetId" | "limit">;
const queries: readonly Query[] = [
  {},
  { order: "desc" },
  { statuses: ["ERRORED"] },
  { statuses: ["QUEUED", "ERRORED"], order: "desc" },
  { errorCode: "HANDLER_EXCEPTION" },
];
const searches: readonly Query[] = [{ text: "77777" }, { text: "no task has this" }];

/** (f) Pages of a dataset's tasks as the API asks for them, with how many match: from its beginning and from the page after. */
export async function listingRows({ database, quick, report }: Scene): Promise<void> {
  const { db } = database;
  const tasks = quick ? 100_000 : 1_000_000;
  const datasetId = await planDataset(db, tasks, 1);
  await failTasks(db, datasetId, failedEvery);
  const { tenantId } = await db.dataset.findUniqueOrThrow({ where: { id: datasetId } });
  const milliseconds = async (some: readonly Query[], rounds: number): Promise<number> => {
    const taken: number[] = [];
    for (let n = 0; n < rounds; n++) {
      for (const query of some) {
        let cursor: string | undefined;
        for (let page = 0; page < 2; page++) {
          const began = performance.now();
          const filter = { ...query, tenantId, datasetId };
          const [{ nextCursor }] = await Promise.all([
            listTasks(db, { ...filter, limit, cursor }),
            countTasks(db, filter),
          ]);
          taken.push(performance.now() - began);
          if (nextCursor === null) break;
          cursor = nextCursor;
        }
      }
    }
    return quantile(taken, 0.95);
  };
  const [{ id }] = (await db.task.findMany({ where: { datasetId }, take: 1, select: { id: true } })) as [
    { id: string },
  ];
  const reads: number[] = [];
  for (let n = 0; n < 200; n++) {
    const began = performance.now();
    await db.$queryRaw`SELECT id FROM task WHERE id = ${id}`;
    reads.push(performance.now() - began);
  }
  const bare = quantile(reads, 0.95);
  const reportOf = (kind: string, value: number, bar: number): void =>
    report({
      row: "f",
      what: `${kind} of ${tasks.toLocaleString("en-US")} tasks, p95 (bare: one row by its key)`,
      unit: "ms",
      value,
      bare,
      ratio: value / bare,
      limit: { kind: "at most", of: "value", bar },
    });
  reportOf("list, filter, sort", await milliseconds(queries, quick ? 10 : 20), 100);
  reportOf("search for a part of a name", await milliseconds(searches, quick ? 5 : 10), 2_000);
}
