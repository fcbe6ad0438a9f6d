import { randomBytes } from "node:crypto";
import type { RootAccount } from "../cloud.ts";
import { AwsError } from "../server/aws-error.ts";
import type { StoredKey } from "../signature/verify-signature.ts";
import type { CloudDatabase } from "../store/database.ts";
import type { Caller } from "./caller.ts";
import { type PolicyDocument, parsePolicy } from "./policy-document.ts";

interface Principal {
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly uniqueId: string;
  readonly createdAt: number;
  /** Name → document text. */
  readonly inlinePolicies: Record<string, string>;
  readonly attachedPolicyArns: string[];
  readonly tags: Record<string, string>;
}

export interface User extends Principal {
  /** The account's configured keys: all rights, cannot be deleted. */
  readonly isConfigured?: boolean;
}

export interface Role extends Principal {
  trustPolicy: string;
  description: string;
  maxSessionSeconds: number;
}

export interface ManagedPolicy {
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly uniqueId: string;
  readonly createdAt: number;
  readonly description: string;
  readonly document: string;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly userName: string;
  readonly createdAt: number;
}

const ALL_RIGHTS = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const AWS_MANAGED: ReadonlyMap<string, string> = new Map([["arn:aws:iam::aws:policy/AdministratorAccess", ALL_RIGHTS]]);

export type IamState = ReturnType<typeof openIamState>;

/** Users, roles, policies and keys of all accounts: held in memory, saved on every change. */
export function openIamState(database: CloudDatabase, accounts: readonly RootAccount[], now: () => number) {
  const users = load<User>(database, "iam.user");
  const roles = load<Role>(database, "iam.role");
  const policies = load<ManagedPolicy>(database, "iam.policy");
  const keys = load<AccessKey>(database, "iam.key");
  const parsed = new Map<string, PolicyDocument>();

  for (const account of accounts) {
    const name = account.principalName ?? "admin";
    const stored = users.get(`${account.accountId}/${name}`);
    const user: User = {
      ...(stored ?? newPrincipal(account.accountId, name, "/", "AIDA", now())),
      isConfigured: true,
      attachedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
    };
    saveUser(user);
    keys.set(account.rootAccessKeyId, {
      accessKeyId: account.rootAccessKeyId,
      secretAccessKey: account.rootSecretAccessKey,
      accountId: account.accountId,
      userName: name,
      createdAt: user.createdAt,
    });
  }
  const accountIds = new Set(accounts.map((account) => account.accountId));

  function saveUser(user: User): void {
    users.set(`${user.accountId}/${user.name}`, user);
    database.saveDocument("iam.user", `${user.accountId}/${user.name}`, user);
  }

  function parse(text: string): PolicyDocument {
    let document = parsed.get(text);
    if (!document) {
      document = parsePolicy(text, "identity");
      if (parsed.size > 5000) parsed.clear();
      parsed.set(text, document);
    }
    return document;
  }

  function policiesOf(principal: Principal): PolicyDocument[] {
    const attached = principal.attachedPolicyArns.map(documentText).filter((text) => text !== null);
    return [...Object.values(principal.inlinePolicies), ...attached].map(parse);
  }

  function documentText(policyArn: string): string | null {
    return AWS_MANAGED.get(policyArn) ?? policies.get(policyArn)?.document ?? null;
  }

  return {
    users,
    roles,
    policies,
    keys,
    policiesOf,
    documentText,
    saveUser,
    removeUser(user: User): void {
      users.delete(`${user.accountId}/${user.name}`);
      database.removeDocument("iam.user", `${user.accountId}/${user.name}`);
    },
    saveRole(role: Role): void {
      roles.set(`${role.accountId}/${role.name}`, role);
      database.saveDocument("iam.role", `${role.accountId}/${role.name}`, role);
    },
    removeRole(role: Role): void {
      roles.delete(`${role.accountId}/${role.name}`);
      database.removeDocument("iam.role", `${role.accountId}/${role.name}`);
    },
    savePolicy(policy: ManagedPolicy): void {
      policies.set(policyArn(policy), policy);
      database.saveDocument("iam.policy", policyArn(policy), policy);
    },
    removePolicy(policy: ManagedPolicy): void {
      policies.delete(policyArn(policy));
      database.removeDocument("iam.policy", policyArn(policy));
    },
    saveKey(key: AccessKey): void {
      keys.set(key.accessKeyId, key);
      database.saveDocument("iam.key", key.accessKeyId, key);
    },
    removeKey(key: AccessKey): void {
      keys.delete(key.accessKeyId);
      database.removeDocument("iam.key", key.accessKeyId);
    },
    roleOfArn(arn: string): Role | null {
      const match = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn);
      const role = match ? roles.get(`${match[1]}/${match[2]}`) : undefined;
      return role && roleArn(role) === arn ? role : null;
    },
    findKey(accessKeyId: string): StoredKey | null {
      const key = keys.get(accessKeyId);
      return key ? { secretAccessKey: key.secretAccessKey, sessionToken: null, expiresAt: null } : null;
    },
    callerOfKey(accessKeyId: string): Caller | null {
      const key = keys.get(accessKeyId);
      const user = key && users.get(`${key.accountId}/${key.userName}`);
      if (!user) return null;
      const arn = userArn(user);
      return {
        kind: "user",
        accountId: user.accountId,
        arn,
        principalArn: arn,
        uniqueId: user.uniqueId,
        userName: user.name,
        accessKeyId,
        identityPolicies: policiesOf(user),
        sessionPolicies: null,
      };
    },
    /** AWS refuses a policy that names a user or role which does not exist. Accounts unknown here are taken on trust. */
    checkPrincipalsExist(document: PolicyDocument, errorCode: string): void {
      for (const statement of document.statements) {
        const principals = statement.principals ?? statement.notPrincipals;
        if (!principals || principals === "*") continue;
        for (const arn of principals.AWS ?? []) {
          const match = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn);
          if (!match?.[1] || !accountIds.has(match[1])) continue;
          const table: ReadonlyMap<string, Principal> = match[2] === "user" ? users : roles;
          if (!table.has(`${match[1]}/${match[3]}`)) {
            throw new AwsError(errorCode, `Invalid principal in policy: "AWS":"${arn}"`, 400);
          }
        }
      }
    },
  };
}

function load<T>(database: CloudDatabase, kind: string): Map<string, T> {
  return new Map(database.documents<T>(kind).map(({ key, value }) => [key, value]));
}

export function newPrincipal(
  accountId: string,
  name: string,
  path: string,
  idPrefix: string,
  createdAt: number,
): Principal {
  return {
    accountId,
    name,
    path,
    uniqueId: newUniqueId(idPrefix),
    createdAt,
    inlinePolicies: {},
    attachedPolicyArns: [],
    tags: {},
  };
}

/** AWS ids: a four-letter prefix and base-32 characters, 20 or 21 in all. */
export function newUniqueId(prefix: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
}

export function userArn(user: Principal): string {
  return `arn:aws:iam::${user.accountId}:user${user.path}${user.name}`;
}

export function roleArn(role: Principal): string {
  return `arn:aws:iam::${role.accountId}:role${role.path}${role.name}`;
}

export function policyArn(policy: ManagedPolicy): string {
  return `arn:aws:iam::${policy.accountId}:policy${policy.path}${policy.name}`;
}
