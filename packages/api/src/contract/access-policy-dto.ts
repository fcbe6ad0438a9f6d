import { z } from "zod";
import { jsonObject } from "./operation.ts";
import { problemDetailDto } from "./problem-dto.ts";

/** Something that was changed or dropped so that the configuration could be read. */
export const noticeDto = z.object({ path: z.string(), message: z.string() });

export const validationDto = z.object({
  valid: z.boolean(),
  /** The configuration in canonical names with defaults; null when it has problems. */
  config: jsonObject.nullable(),
  notices: z.array(noticeDto),
  errors: z.array(problemDetailDto),
});

export const repairDto = z.object({
  /** Strict JSON; null when the text is beyond repair. */
  text: z.string().nullable(),
  notices: z.array(noticeDto),
  errors: z.array(problemDetailDto),
});

export const checklistItemDto = z.object({
  component: z.string(),
  resourceLocation: z.enum(["Customer", "LetsData"]),
  resources: z.array(z.string()),
  actions: z.array(z.string()),
  reason: z.string(),
});

export const accessPolicyDto = z.object({
  /** False when nothing of the customer's is touched: no role is needed. */
  needsRole: z.boolean(),
  roleName: z.string(),
  policyName: z.string(),
  checklist: z.array(checklistItemDto),
  policy: jsonObject,
  trustPolicy: jsonObject,
  /** What the repository of the handler's image must allow; null without an image of the customer's. */
  repositoryPolicy: z
    .object({ repositoryName: z.string(), region: z.string(), accountId: z.string(), policy: jsonObject })
    .nullable(),
  /** `aws …` lines, filled in. */
  commands: z.array(z.string()),
});

export const accessCheckDto = z.object({
  passed: z.boolean(),
  errors: z.array(problemDetailDto),
  /** What the role's policy lacks, keys of encrypted resources included; null when nothing has to be added to it. */
  missing: jsonObject.nullable(),
});

export type ValidationDto = z.infer<typeof validationDto>;
export type RepairDto = z.infer<typeof repairDto>;
export type AccessPolicyDto = z.infer<typeof accessPolicyDto>;
export type AccessCheckDto = z.infer<typeof accessCheckDto>;
