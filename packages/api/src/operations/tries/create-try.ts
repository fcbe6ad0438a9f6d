import { withIdempotencyKey } from "@letsdata/database/stores/idempotency-store";
import { createTry as storeTry, tryKeptSeconds } from "@letsdata/database/stores/try-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { requireRunnableConfig } from "../datasets/parse-config.ts";
import { requireOwnInputs } from "../datasets/require-own-inputs.ts";

/** The worker runs it: only there is a sandbox. */
export const createTry = signedIn.tries.create.handler(async ({ context, input }) => {
  const { tenantId, userId, dependencies, idempotencyKey } = context;
  const config = requireRunnableConfig(input.config, dependencies.cloud.runtimes);
  await requireOwnInputs(dependencies.database, tenantId, config);
  if (config.computeEngine.computeEngineType === "SPARK") {
    throw new Problem("TRIAL_NOT_POSSIBLE", "Spark steps cannot be tried first: they read and write by themselves.", {
      path: "computeEngine.computeEngineType",
    });
  }
  const { records } = input;
  const call = { tenantId, key: idempotencyKey, request: ["tries.create", userId, input] };
  return await withIdempotencyKey(dependencies.database, call, async (transaction) => {
    const { requestId: tryId, status } = await storeTry(transaction, { tenantId, userId, input: { config, records } });
    await dependencies.jobs.enqueue(transaction, "try-dataset", { tryId }, { group: tenantId });
    await dependencies.jobs.enqueue(transaction, "forget-try", { tryId }, { startAfterSeconds: tryKeptSeconds });
    return { tryId, status };
  });
});
