import type { StoredRequest } from "@letsdata/database/stores/request-store";
import type { RequestDto } from "../../contract/request-dto.ts";

export function presentRequest(request: StoredRequest): RequestDto {
  return {
    requestId: request.requestId,
    status: request.status,
    datasetId: request.datasetId,
    kind: request.kind,
    input: { ...request.input },
    result: request.result && { ...request.result },
    userId: request.userId,
    createDatetime: request.createdAt,
    endDatetime: request.endedAt,
  };
}
