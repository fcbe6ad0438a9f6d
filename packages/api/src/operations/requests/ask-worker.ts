import type { Queryable } from "@letsdata/database/database";
import { writeAudit } from "@letsdata/database/stores/audit-store";
import { createRequest } from "@letsdata/database/stores/request-store";
import type { AcceptedRequestDto } from "../../contract/request-dto.ts";
import type { CallerContext } from "../context.ts";

/** Records a long operation with its audit row and hands it to the worker, all in the given transaction. */
export async function askWorker(
  context: CallerContext,
  transaction: Queryable,
  asked: { readonly datasetId: string; readonly kind: string; readonly input: Readonly<Record<string, unknown>> },
): Promise<AcceptedRequestDto> {
  const { tenantId, userId } = context;
  const { datasetId, kind, input } = asked;
  const { requestId, status } = await createRequest(transaction, { tenantId, userId, datasetId, kind, input });
  await writeAudit(transaction, { tenantId, userId, action: `datasets.${kind}`, target: datasetId, details: input });
  const job = { requestId, datasetId, kind };
  await context.dependencies.jobs.enqueue(transaction, "carry-out-request", job, { group: tenantId });
  return { requestId, status };
}
