import type { Cloud } from "../cloud.ts";
import { AwsError } from "../server/aws-error.ts";
import type { XmlValue } from "../server/xml.ts";
import {
  alreadyExists,
  deleteConflict,
  encodedDocument,
  entityName,
  entityPath,
  isoDate,
  noSuchEntity,
} from "./entity-fields.ts";
import type { IamOperation } from "./iam-operation.ts";
import { newPrincipal, type Role, roleArn } from "./iam-state.ts";
import { parsePolicy } from "./policy-document.ts";
import { principalPolicyOperations } from "./principal-policy-operations.ts";

const SESSION_SECONDS_MIN = 3600;
const SESSION_SECONDS_MAX = 43_200;

export function roleOperations(cloud: Cloud): Record<string, IamOperation> {
  const { iam } = cloud;
  const find = (name: string, accountId: string): Role => {
    const role = iam.roles.get(`${accountId}/${name}`);
    if (!role) throw noSuchEntity("role", name);
    return role;
  };
  const resource: IamOperation["resource"] = (input, caller) => {
    const name = input.optional("RoleName") ?? "";
    const role = iam.roles.get(`${caller.accountId}/${name}`);
    return role ? roleArn(role) : `arn:aws:iam::${caller.accountId}:role${input.optional("Path") ?? "/"}${name}`;
  };
  const checkTrust = (document: string): string => {
    iam.checkPrincipalsExist(parsePolicy(document, "trust"), "MalformedPolicyDocument");
    return document;
  };

  return {
    ...principalPolicyOperations(cloud, "Role", resource, find, iam.saveRole),
    CreateRole: {
      resource,
      run: (input, caller) => {
        const name = entityName(input, "RoleName");
        const path = entityPath(input);
        const maxSessionSeconds = input.integer("MaxSessionDuration", SESSION_SECONDS_MIN);
        if (maxSessionSeconds < SESSION_SECONDS_MIN || maxSessionSeconds > SESSION_SECONDS_MAX) {
          throw new AwsError(
            "ValidationError",
            `1 validation error detected: Value '${maxSessionSeconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between ${SESSION_SECONDS_MIN} and ${SESSION_SECONDS_MAX}`,
          );
        }
        const trustPolicy = checkTrust(input.required("AssumeRolePolicyDocument"));
        if (iam.roles.has(`${caller.accountId}/${name}`)) throw alreadyExists("Role", name);
        const keys = input.list("Tags", "Key");
        const values = input.list("Tags", "Value");
        const role: Role = {
          ...newPrincipal(caller.accountId, name, path, "AROA", cloud.now()),
          tags: Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""])),
          trustPolicy,
          description: input.optional("Description") ?? "",
          maxSessionSeconds,
        };
        iam.saveRole(role);
        return { Role: describeRole(role) };
      },
    },
    GetRole: {
      resource,
      run: (input, caller) => ({ Role: describeRole(find(entityName(input, "RoleName"), caller.accountId)) }),
    },
    ListRoles: {
      resource: (_input, caller) => `arn:aws:iam::${caller.accountId}:role/`,
      run: (input, caller) => {
        const prefix = input.optional("PathPrefix") ?? "/";
        const limit = input.integer("MaxItems", 100);
        const after = input.optional("Marker") ?? "";
        const own = [...iam.roles.values()]
          .filter((role) => role.accountId === caller.accountId && role.path.startsWith(prefix) && role.name > after)
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        const page = own.slice(0, limit);
        const truncated = own.length > page.length;
        return {
          Roles: { member: page.map(describeRole) },
          IsTruncated: truncated,
          Marker: truncated ? page.at(-1)?.name : undefined,
        };
      },
    },
    UpdateAssumeRolePolicy: {
      resource,
      run: (input, caller) => {
        const role = find(entityName(input, "RoleName"), caller.accountId);
        iam.saveRole({ ...role, trustPolicy: checkTrust(input.required("PolicyDocument")) });
        return {};
      },
    },
    DeleteRole: {
      resource,
      run: (input, caller) => {
        const role = find(entityName(input, "RoleName"), caller.accountId);
        if (role.attachedPolicyArns.length > 0) throw deleteConflict("must detach all policies first.");
        if (Object.keys(role.inlinePolicies).length > 0) throw deleteConflict("must delete policies first.");
        iam.removeRole(role);
        return {};
      },
    },
  };
}

function describeRole(role: Role): { readonly [name: string]: XmlValue } {
  const tags = Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.uniqueId,
    Arn: roleArn(role),
    CreateDate: isoDate(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
    Description: role.description || undefined,
    MaxSessionDuration: role.maxSessionSeconds,
    Tags: tags.length > 0 ? { member: tags } : undefined,
  };
}
