import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import type { Problem } from "@letsdata/plugin-kit/problems";
import { awsErrorCode, classifyAwsError } from "./classify-error.ts";
import { type ClientSettings, clientFor } from "./client-for.ts";
import { withRetry } from "./with-retry.ts";

export interface RoleWish {
  readonly name: string;
  readonly description: string;
  readonly trust: PolicyDocument;
  /** Inline policies by name; the role has exactly these afterwards. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Makes the role, or brings an existing one to the wish; repeatable after a crash at any point. Returns its ARN. */
export async function putRole(settings: ClientSettings, wish: RoleWish, signal?: AbortSignal): Promise<string> {
  const iam = clientFor(IAMClient, settings);
  const options = signal ? { abortSignal: signal } : {};
  const trust = JSON.stringify(wish.trust);
  const arn = await call("iam:CreateRole", wish.name, signal, async () => {
    try {
      const made = await iam.send(
        new CreateRoleCommand({
          RoleName: wish.name,
          Description: wish.description,
          AssumeRolePolicyDocument: trust,
          Tags: Object.entries(wish.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
        }),
        options,
      );
      return made.Role?.Arn ?? "";
    } catch (thrown) {
      if (!["EntityAlreadyExists", "EntityAlreadyExistsException"].includes(awsErrorCode(thrown))) throw thrown;
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: wish.name, PolicyDocument: trust }), options);
      return (await iam.send(new GetRoleCommand({ RoleName: wish.name }), options)).Role?.Arn ?? "";
    }
  });
  for (const [PolicyName, document] of Object.entries(wish.policies)) {
    await call("iam:PutRolePolicy", wish.name, signal, () =>
      iam.send(
        new PutRolePolicyCommand({ RoleName: wish.name, PolicyName, PolicyDocument: JSON.stringify(document) }),
        options,
      ),
    );
  }
  for (const name of await policyNames(iam, wish.name, signal)) {
    if (!(name in wish.policies)) await deletePolicy(iam, wish.name, name, signal);
  }
  return arn;
}

/** The role's ARN, or null. */
export async function findRole(settings: ClientSettings, name: string, signal?: AbortSignal): Promise<string | null> {
  const iam = clientFor(IAMClient, settings);
  return call("iam:GetRole", name, signal, async () => {
    try {
      const found = await iam.send(new GetRoleCommand({ RoleName: name }), signal ? { abortSignal: signal } : {});
      return found.Role?.Arn ?? null;
    } catch (thrown) {
      if (isMissing(thrown)) return null;
      throw thrown;
    }
  });
}

/** Removes the role with its inline policies; a role that is gone already is fine. */
export async function deleteRole(settings: ClientSettings, name: string, signal?: AbortSignal): Promise<void> {
  const iam = clientFor(IAMClient, settings);
  for (const policy of await policyNames(iam, name, signal)) await deletePolicy(iam, name, policy, signal);
  await call("iam:DeleteRole", name, signal, () =>
    iam.send(new DeleteRoleCommand({ RoleName: name }), signal ? { abortSignal: signal } : {}).catch(unlessMissing),
  );
}

/**
 * Repeats while a fresh role or policy is not seen everywhere yet: IAM is eventually consistent, and a new role refuses for some seconds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export function waitForPropagation<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return withRetry(attempt, {
    attemptsMax: 12,
    delayMaxMs: 4_000,
    worthRepeating: (problem: Problem) => problem.entry.retry === "later" || problem.code === "ACCESS_DENIED",
    ...(signal ? { signal } : {}),
  });
}

async function policyNames(iam: IAMClient, role: string, signal?: AbortSignal): Promise<readonly string[]> {
  return call("iam:ListRolePolicies", role, signal, async () => {
    try {
      const names: string[] = [];
      let marker: string | undefined;
      do {
        const page = await iam.send(
          new ListRolePoliciesCommand({ RoleName: role, ...(marker === undefined ? {} : { Marker: marker }) }),
          signal ? { abortSignal: signal } : {},
        );
        names.push(...(page.PolicyNames ?? []));
        marker = page.IsTruncated ? page.Marker : undefined;
      } while (marker !== undefined);
      return names;
    } catch (thrown) {
      if (isMissing(thrown)) return [];
      throw thrown;
    }
  });
}

async function deletePolicy(iam: IAMClient, role: string, name: string, signal?: AbortSignal): Promise<void> {
  await call("iam:DeleteRolePolicy", role, signal, () =>
    iam
      .send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: name }), signal ? { abortSignal: signal } : {})
      .catch(unlessMissing),
  );
}

function call<T>(action: string, role: string, signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
  return withRetry(attempt, { call: { action, resource: `role ${role}` }, ...(signal ? { signal } : {}) });
}

function isMissing(thrown: unknown): boolean {
  return (
    ["NoSuchEntity", "NoSuchEntityException"].includes(awsErrorCode(thrown)) ||
    classifyAwsError(thrown).code === "RESOURCE_NOT_FOUND"
  );
}

function unlessMissing(thrown: unknown): void {
  if (!isMissing(thrown)) throw thrown;
}
