import { deleteTry as removeTry } from "@letsdata/database/stores/try-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";

export const deleteTry = signedIn.tries.delete.handler(async ({ context, input }) => {
  const { tryId } = input.params;
  if (await removeTry(context.dependencies.database, context.tenantId, tryId)) return { deleted: true as const };
  throw new Problem("NOT_FOUND", `There is no trial ${tryId}.`, { path: "tryId" });
});
