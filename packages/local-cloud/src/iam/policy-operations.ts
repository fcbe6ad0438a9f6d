import type { Cloud } from "../cloud.ts";
import { AwsError } from "../server/aws-error.ts";
import { alreadyExists, deleteConflict, encodedDocument, entityName, entityPath, isoDate } from "./entity-fields.ts";
import type { IamOperation } from "./iam-operation.ts";
import { type ManagedPolicy, newUniqueId, policyArn } from "./iam-state.ts";
import { parsePolicy } from "./policy-document.ts";

const DOCUMENT_BYTES_MAX = 6144;

export function policyOperations(cloud: Cloud): Record<string, IamOperation> {
  const { iam } = cloud;
  const resource: IamOperation["resource"] = (input) => input.optional("PolicyArn") ?? "*";
  const find = (arn: string, accountId: string): ManagedPolicy => {
    const policy = iam.policies.get(arn);
    if (!policy || policy.accountId !== accountId)
      throw new AwsError("NoSuchEntity", `Policy ${arn} was not found.`, 404);
    return policy;
  };
  const attachments = (arn: string) =>
    [...iam.users.values(), ...iam.roles.values()].filter((principal) => principal.attachedPolicyArns.includes(arn))
      .length;
  const describe = (policy: ManagedPolicy) => ({
    PolicyName: policy.name,
    PolicyId: policy.uniqueId,
    Arn: policyArn(policy),
    Path: policy.path,
    DefaultVersionId: "v1",
    AttachmentCount: attachments(policyArn(policy)),
    IsAttachable: true,
    Description: policy.description || undefined,
    CreateDate: isoDate(policy.createdAt),
    UpdateDate: isoDate(policy.createdAt),
  });

  return {
    CreatePolicy: {
      resource: (input, caller) =>
        `arn:aws:iam::${caller.accountId}:policy${input.optional("Path") ?? "/"}${input.optional("PolicyName") ?? ""}`,
      run: (input, caller) => {
        const document = input.required("PolicyDocument");
        parsePolicy(document, "identity");
        if (document.replace(/\s/g, "").length > DOCUMENT_BYTES_MAX) {
          throw new AwsError("LimitExceeded", `Cannot exceed quota for PolicySize: ${DOCUMENT_BYTES_MAX}`, 409);
        }
        const policy: ManagedPolicy = {
          accountId: caller.accountId,
          name: entityName(input, "PolicyName"),
          path: entityPath(input),
          uniqueId: newUniqueId("ANPA"),
          createdAt: cloud.now(),
          description: input.optional("Description") ?? "",
          document,
        };
        if (iam.policies.has(policyArn(policy))) throw alreadyExists("A policy called", policy.name);
        iam.savePolicy(policy);
        return { Policy: describe(policy) };
      },
    },
    GetPolicy: {
      resource,
      run: (input, caller) => ({ Policy: describe(find(input.required("PolicyArn"), caller.accountId)) }),
    },
    GetPolicyVersion: {
      resource,
      run: (input, caller) => {
        const policy = find(input.required("PolicyArn"), caller.accountId);
        const version = input.required("VersionId");
        if (version !== "v1")
          throw new AwsError("NoSuchEntity", `Policy ${policyArn(policy)} version ${version} does not exist`, 404);
        return {
          PolicyVersion: {
            Document: encodedDocument(policy.document),
            VersionId: "v1",
            IsDefaultVersion: true,
            CreateDate: isoDate(policy.createdAt),
          },
        };
      },
    },
    DeletePolicy: {
      resource,
      run: (input, caller) => {
        const policy = find(input.required("PolicyArn"), caller.accountId);
        if (attachments(policyArn(policy)) > 0) throw deleteConflict("must detach policy from all entities first.");
        iam.removePolicy(policy);
        return {};
      },
    },
  };
}
