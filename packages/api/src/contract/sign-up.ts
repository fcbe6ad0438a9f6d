import { z } from "zod";
import { operation } from "./operation.ts";

export const signUp = {
  create: operation
    .meta({ access: "public", writes: true })
    .route({
      method: "POST",
      path: "/sign-up",
      successStatus: 201,
      summary: "Make a tenant with its first admin",
      tags: ["session"],
    })
    .input(
      z.object({
        company: z.string().trim().min(1).max(128),
        fullName: z.string().trim().min(1).max(128),
        emailAddress: z.email().max(254),
        phone: z.string().trim().max(32).optional(),
        password: z.string().min(8).max(128),
      }),
    )
    .output(z.object({ tenantId: z.string(), userId: z.string(), iamUserARN: z.string() })),
};
