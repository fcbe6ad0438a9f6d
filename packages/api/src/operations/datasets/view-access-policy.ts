import { accessPolicy } from "@letsdata/dataset/access-policy";
import { signedIn } from "../authorise.ts";
import { requireConfig } from "./parse-config.ts";

export const viewAccessPolicy = signedIn.datasets.accessPolicy.handler(async ({ context, input }) => {
  const { cloud, database } = context.dependencies;
  const config = requireConfig(input);
  const { iamUserArn } = await database.user.findUniqueOrThrow({ where: { id: context.userId } });
  const user = { userId: context.userId, iamUserArn: iamUserArn ?? "" };
  const deployment = { accountId: cloud.installationAccountId, stage: cloud.stage };
  const { checklist, commands, policy, trustPolicy, repositoryPolicy, ...names } = accessPolicy(
    config,
    user,
    deployment,
    cloud.permissions,
  );
  return {
    ...names,
    checklist: checklist.map((need) => ({ ...need, resources: [...need.resources], actions: [...need.actions] })),
    policy: { ...policy },
    trustPolicy: { ...trustPolicy },
    repositoryPolicy: repositoryPolicy && { ...repositoryPolicy, policy: { ...repositoryPolicy.policy } },
    commands: [...commands],
  };
});
