import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { AwsError } from "../server/aws-error.ts";
import { alreadyExists, deleteConflict, entityName, entityPath, isoDate, noSuchEntity } from "./entity-fields.ts";
import type { IamOperation } from "./iam-operation.ts";
import { newPrincipal, newUniqueId, type User, userArn } from "./iam-state.ts";
import { principalPolicyOperations } from "./principal-policy-operations.ts";

const KEYS_PER_USER_MAX = 2;

export function userOperations(cloud: Cloud): Record<string, IamOperation> {
  const { iam } = cloud;
  const find = (name: string, accountId: string): User => {
    const user = iam.users.get(`${accountId}/${name}`);
    if (!user) throw noSuchEntity("user", name);
    return user;
  };
  const resource: IamOperation["resource"] = (input, caller) => {
    const name = input.optional("UserName") ?? caller.userName ?? "";
    const user = iam.users.get(`${caller.accountId}/${name}`);
    return user ? userArn(user) : `arn:aws:iam::${caller.accountId}:user${input.optional("Path") ?? "/"}${name}`;
  };
  /** Without a name IAM means the caller. */
  const named: (...args: Parameters<IamOperation["run"]>) => User = (input, caller) =>
    find(
      input.optional("UserName") === undefined && caller.userName ? caller.userName : entityName(input, "UserName"),
      caller.accountId,
    );
  const keysOf = (user: User) =>
    [...iam.keys.values()].filter((key) => key.accountId === user.accountId && key.userName === user.name);

  return {
    ...principalPolicyOperations(cloud, "User", resource, find, iam.saveUser),
    CreateUser: {
      resource,
      run: (input, caller) => {
        const name = entityName(input, "UserName");
        const path = entityPath(input);
        if (iam.users.has(`${caller.accountId}/${name}`)) throw alreadyExists("User", name);
        const user: User = newPrincipal(caller.accountId, name, path, "AIDA", cloud.now());
        iam.saveUser(user);
        return { User: describeUser(user) };
      },
    },
    GetUser: { resource, run: (input, caller) => ({ User: describeUser(named(input, caller)) }) },
    DeleteUser: {
      resource,
      run: (input, caller) => {
        const user = find(entityName(input, "UserName"), caller.accountId);
        if (user.isConfigured) throw deleteConflict("it belongs to the configured account keys.");
        if (keysOf(user).length > 0) throw deleteConflict("must delete access keys first.");
        if (user.attachedPolicyArns.length > 0) throw deleteConflict("must detach all policies first.");
        if (Object.keys(user.inlinePolicies).length > 0) throw deleteConflict("must delete policies first.");
        iam.removeUser(user);
        return {};
      },
    },
    CreateAccessKey: {
      resource,
      run: (input, caller) => {
        const user = named(input, caller);
        if (keysOf(user).length >= KEYS_PER_USER_MAX) {
          throw new AwsError("LimitExceeded", `Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER_MAX}`, 409);
        }
        const key = {
          accessKeyId: newUniqueId("AKIA"),
          secretAccessKey: randomBytes(30).toString("base64"),
          accountId: user.accountId,
          userName: user.name,
          createdAt: cloud.now(),
        };
        iam.saveKey(key);
        return {
          AccessKey: {
            UserName: user.name,
            AccessKeyId: key.accessKeyId,
            Status: "Active",
            SecretAccessKey: key.secretAccessKey,
            CreateDate: isoDate(key.createdAt),
          },
        };
      },
    },
    ListAccessKeys: {
      resource,
      run: (input, caller) => {
        const user = named(input, caller);
        const member = keysOf(user).map((key) => ({
          UserName: user.name,
          AccessKeyId: key.accessKeyId,
          Status: "Active",
          CreateDate: isoDate(key.createdAt),
        }));
        return { AccessKeyMetadata: { member }, IsTruncated: false };
      },
    },
    DeleteAccessKey: {
      resource,
      run: (input, caller) => {
        const user = named(input, caller);
        const id = input.required("AccessKeyId");
        const key = keysOf(user).find((entry) => entry.accessKeyId === id);
        if (!key) throw new AwsError("NoSuchEntity", `The Access Key with id ${id} cannot be found.`, 404);
        iam.removeKey(key);
        return {};
      },
    },
  };
}

function describeUser(user: User) {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.uniqueId,
    Arn: userArn(user),
    CreateDate: isoDate(user.createdAt),
  };
}
