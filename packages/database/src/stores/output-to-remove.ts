import type { Lease } from "@letsdata/pipeline/ports";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Queryable } from "../database.ts";

/** Whether the task was redriven from its beginning, and what it wrote before is not removed yet. */
export async function hasOutputToRemove(db: Queryable, taskId: string): Promise<boolean> {
  const task = await db.task.findUnique({ where: { id: taskId }, select: { outputToRemove: true } });
  return task?.outputToRemove ?? false;
}

/** What the task wrote before is removed: whatever is there from now on is of attempts that go on from each other. Throws LEASE_LOST. */
export async function outputRemoved(db: Queryable, taskId: string, { workerId, token }: Lease): Promise<void> {
  const moved = await db.$executeRaw`
    UPDATE task SET output_to_remove = false
    WHERE id = ${taskId} AND status = 'RUNNING' AND worker_id = ${workerId} AND lease_token = ${token}`;
  if (moved === 0) throw new Problem("LEASE_LOST", `Task ${taskId} belongs to another worker by now.`);
}
