import type { Permission, PolicyDocument, PolicyStatement } from "@letsdata/plugin-kit/permissions";

/** Longest session policy AWS takes: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const sessionPolicyCharactersMax = 2048;

/** The fewest statements that allow exactly the permissions: equal resources join actions, equal actions join resources. */
export function policyOf(permissions: readonly Permission[]): PolicyDocument {
  const byResources = joined(permissions.map(({ actions, resources }) => ({ key: resources, values: actions })));
  const byActions = joined(byResources.map(({ key, values }) => ({ key: values, values: key })));
  return {
    Version: "2012-10-17",
    Statement: byActions.map(({ key, values }) => allow(key, values)),
  };
}

function allow(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return { Effect: "Allow", Action: oneOrMany(actions), Resource: oneOrMany(resources) };
}

function oneOrMany(texts: readonly string[]): string | readonly string[] {
  return texts.length === 1 ? texts[0]! : texts;
}

interface Pair {
  readonly key: readonly string[];
  readonly values: readonly string[];
}
function joined(pairs: readonly Pair[]): readonly Pair[] {
  const groups = new Map<string, { key: readonly string[]; values: Set<string> }>();
  for (const pair of pairs) {
    const key = [...new Set(pair.key)].sort();
    const group = groups.get(key.join("\n")) ?? { key, values: new Set() };
    for (const value of pair.values) group.values.add(value);
    groups.set(key.join("\n"), group);
  }
  return [...groups.values()].map((group) => ({ key: group.key, values: [...group.values].sort() }));
}

const useOfKeys = { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: "*" } as const;

/**
 * Which keys encrypt what a session touches is not in a configuration, so the session leaves the choice to the role: a session
 * policy only narrows. Other services' calls for the session count; its own calls to KMS do in an access check alone, which asks
 * about keys that no call of another service shows.
 */
export type SessionKeys = "no keys" | "keys of the role" | "keys of the role, asked directly";
const statementsOfKeys: Readonly<Record<SessionKeys, readonly PolicyStatement[]>> = {
  "no keys": [],
  "keys of the role": [{ ...useOfKeys, Condition: { StringLike: { "kms:ViaService": "*.amazonaws.com" } } }],
  "keys of the role, asked directly": [useOfKeys],
};

/** The policy that narrows a session, or null when it does not fit: then the role's own policy alone decides. */
export function sessionPolicyOf(
  permissions: readonly Permission[],
  keys: SessionKeys = "no keys",
): PolicyDocument | null {
  const needed = policyOf(permissions);
  const policy = { ...needed, Statement: [...needed.Statement, ...statementsOfKeys[keys]] };
  return JSON.stringify(policy).length <= sessionPolicyCharactersMax ? policy : null;
}

/** Who may assume an access grant role: one user's principal, with that user's id as external id (product.md §11.2). */
export function accessGrantTrustPolicy(user: { readonly userId: string; readonly iamUserArn: string }): PolicyDocument {
  return trust(user.iamUserArn, user.userId);
}

/** Who may assume a customer access role: the customer's account, with the dataset's external id (product.md §11.5). */
export function customerAccessTrustPolicy(accountId: string, externalId: string): PolicyDocument {
  return trust(`arn:aws:iam::${accountId}:root`, externalId);
}

/** Who may pull an image: the deployment's account, and Lambda on behalf of the deployment's functions (product.md §11.4). */
export function imageRepositoryPolicy(accountId: string, functions: string): PolicyDocument {
  const pull = { Effect: "Allow", Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"] } as const;
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "LetsDataPull", ...pull, Principal: { AWS: `arn:aws:iam::${accountId}:root` } },
      {
        Sid: "LetsDataLambdaPull",
        ...pull,
        Principal: { Service: "lambda.amazonaws.com" },
        Condition: { ArnLike: { "aws:SourceArn": functions } },
      },
    ],
  };
}

/** SageMaker, for the container of a model. */
export function modelRoleTrustPolicy(): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "sagemaker.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
}

/**
 * What the container of a model needs: its file, its image (null: any it may pull), its log and metrics. The customer's code runs in
 * it, so it may list no bucket but the dataset's own.
 */
export function modelRolePolicy(
  modelDataUrl: string,
  modelBucket: string,
  repositoryArn: string | null,
): PolicyDocument {
  const [bucket = "", key = ""] = modelDataUrl.replace("s3://", "").split(/\/(.*)/s);
  const list = { actions: ["s3:ListBucket"], resources: [`arn:aws:s3:::${bucket}`], reason: "Find the model" };
  return policyOf([
    ...(bucket === modelBucket ? [list] : []),
    { actions: ["s3:GetObject"], resources: [`arn:aws:s3:::${bucket}/${key}`], reason: "Load the model" },
    {
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: [repositoryArn ?? "*"],
      reason: "Pull the container's image",
    },
    {
      actions: ["cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"],
      resources: ["*"],
      reason: "Sign in to the image registry, report how the container does",
      whyStar: "AWS offers no resource for these actions",
    },
    {
      actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      resources: ["arn:aws:logs:*:*:log-group:/aws/sagemaker/*"],
      reason: "Write the container's log",
    },
  ]);
}

function trust(principal: string, externalId: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: principal },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": externalId } },
      },
    ],
  };
}
