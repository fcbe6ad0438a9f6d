import { Problem } from "@letsdata/plugin-kit/problems";
import { createTenantWithAdmin } from "../../auth/create-tenant.ts";
import { open } from "../authorise.ts";

export const createSignUp = open.signUp.create.handler(async ({ context, input }) => {
  const { auth, database, cloud, signUpAllowed } = context.dependencies;
  if (!signUpAllowed) throw new Problem("FORBIDDEN", "This installation does not take sign-ups.");
  const { phone, ...required } = input;
  const tenant = await createTenantWithAdmin(
    { auth, prisma: database, cloud },
    { ...required, ...(phone === undefined ? {} : { phone }) },
  );
  return { tenantId: tenant.tenantId, userId: tenant.userId, iamUserARN: tenant.iamUserArn };
});
