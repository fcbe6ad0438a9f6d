import { signedIn } from "../authorise.ts";
import { presentUser } from "../users/present-user.ts";

export const viewSession = signedIn.session.view.handler(async ({ context }) => {
  const { database, cloud } = context.dependencies;
  const user = await database.user.findUniqueOrThrow({ where: { id: context.userId } });
  const tenant = await database.organization.findUniqueOrThrow({ where: { id: context.tenantId } });
  return {
    user: presentUser(user),
    tenant: { tenantId: tenant.id, name: tenant.name },
    installationAccountId: cloud.installationAccountId,
    stage: cloud.stage,
    local: cloud.local,
  };
});
