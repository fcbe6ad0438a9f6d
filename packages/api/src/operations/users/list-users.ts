import { signedIn } from "../authorise.ts";
import { presentUser } from "./present-user.ts";

export const listUsers = signedIn.users.list.handler(async ({ context }) => {
  const { database } = context.dependencies;
  const members = await database.member.findMany({
    where: { organizationId: context.tenantId },
    include: { user: true },
    orderBy: { createdAt: "asc" },
  });
  const users = members.map((member) => presentUser(member.user));
  const loggedInUser = users.find((user) => user.userId === context.userId)!;
  return { loggedInUser, users };
});
