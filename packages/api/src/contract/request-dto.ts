import { z } from "zod";
import { epochMilliseconds, jsonObject } from "./operation.ts";

export const requestStatusDto = z.enum(["PENDING", "RUNNING", "SUCCEEDED", "FAILED"]);

/** Answer (202) of every long operation. */
export const acceptedRequestDto = z.object({ requestId: z.string(), status: requestStatusDto });

export const requestDto = acceptedRequestDto.extend({
  datasetId: z.string(),
  kind: z.string(),
  input: jsonObject,
  /** What it did, or why it failed. */
  result: jsonObject.nullable(),
  userId: z.string(),
  createDatetime: epochMilliseconds,
  endDatetime: epochMilliseconds.nullable(),
});

export type AcceptedRequestDto = z.infer<typeof acceptedRequestDto>;
export type RequestDto = z.infer<typeof requestDto>;
