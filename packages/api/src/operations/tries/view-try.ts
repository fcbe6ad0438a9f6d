import { getTry, type StoredTry, trySeconds } from "@letsdata/database/stores/try-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { TryDto } from "../../contract/try-dataset.ts";
import { signedIn } from "../authorise.ts";

export const viewTry = signedIn.tries.view.handler(async ({ context, input }) => {
  const { database, clock } = context.dependencies;
  const stored = await getTry(database, context.tenantId, input.tryId);
  if (stored === null) {
    throw new Problem("NOT_FOUND", `There is no trial ${input.tryId}; results are kept for 15 minutes.`, {
      path: "tryId",
    });
  }
  return presentTry(stored, clock.now());
});

/** A trial nobody ended in time is over, whatever became of its worker. */
function presentTry({ requestId: tryId, status, result, endsAt }: StoredTry, now: number): TryDto {
  if (status === "SUCCEEDED") return { tryId, status, result: result as unknown as TryDto["result"], problem: null };
  if (status === "FAILED") return { tryId, status, result: null, problem: result as unknown as TryDto["problem"] };
  if (now < endsAt) return { tryId, status, result: null, problem: null };
  const message =
    status === "PENDING"
      ? `No worker was free to try it within ${trySeconds} s.`
      : `The trial did not end within ${trySeconds} s.`;
  return { tryId, status: "FAILED", result: null, problem: { code: "TASK_TIMED_OUT", message, errors: [] } };
}
