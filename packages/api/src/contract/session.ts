import { z } from "zod";
import { operation } from "./operation.ts";
import { userDto } from "./user-dto.ts";

export const sessionDto = z.object({
  user: userDto,
  tenant: z.object({ tenantId: z.string(), name: z.string() }),
  /** AWS account of this installation. */
  installationAccountId: z.string(),
  stage: z.string().describe("Test or Prod"),
  /** True when the cloud is the one in the box. */
  local: z.boolean(),
});

export const session = {
  view: operation.route({ method: "GET", path: "/session", summary: "Who am I", tags: ["session"] }).output(sessionDto),
};

export type SessionDto = z.infer<typeof sessionDto>;
