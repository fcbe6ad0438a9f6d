import { signedIn } from "../authorise.ts";
import { requireConfig } from "./parse-config.ts";

export const checkAccess = signedIn.datasets.checkAccess.handler(async ({ context, input, signal }) => {
  const { cloud, database } = context.dependencies;
  const config = requireConfig(input);
  const { iamUserArn } = await database.user.findUniqueOrThrow({ where: { id: context.userId } });
  const user = { userId: context.userId, iamUserArn: iamUserArn ?? "" };
  const errors = await cloud.checkAccess(config, user, signal ?? new AbortController().signal);
  return { passed: errors.length === 0, errors: errors.map((finding) => ({ ...finding })) };
});
