import { randomBytes } from "node:crypto";
import type { Caller } from "../iam/caller.ts";
import { type IamState, newUniqueId, roleArn } from "../iam/iam-state.ts";
import { type PolicyDocument, parsePolicy } from "../iam/policy-document.ts";
import type { StoredKey } from "../signature/verify-signature.ts";
import type { CloudDatabase } from "../store/database.ts";

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly roleArn: string;
  /** The session ends when the role is deleted, even if one of the same name is made again. */
  readonly roleId: string;
  readonly sessionName: string;
  /** Texts of the session policies; null when none were passed. */
  readonly policies: readonly string[] | null;
}

/** How long an expired session still answers ExpiredToken instead of being unknown. */
const REMEMBER_EXPIRED_MS = 24 * 3600_000;

export type SessionStore = ReturnType<typeof openSessionStore>;

export function openSessionStore(database: CloudDatabase, iam: IamState, now: () => number) {
  const sessions = new Map<string, Session>();
  const parsedPolicies = new Map<string, readonly PolicyDocument[]>();
  for (const { key, value } of database.documents<Session>("sts.session")) {
    if (value.expiresAt + REMEMBER_EXPIRED_MS < now()) database.removeDocument("sts.session", key);
    else sessions.set(key, value);
  }
  return {
    create(
      role: { arn: string; uniqueId: string },
      sessionName: string,
      seconds: number,
      policies: readonly string[] | null,
    ): Session {
      const session: Session = {
        accessKeyId: newUniqueId("ASIA"),
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: randomBytes(120).toString("base64"),
        expiresAt: Math.floor(now() / 1000 + seconds) * 1000,
        issuedAt: now(),
        roleArn: role.arn,
        roleId: role.uniqueId,
        sessionName,
        policies,
      };
      sessions.set(session.accessKeyId, session);
      database.saveDocument("sts.session", session.accessKeyId, session);
      return session;
    },
    find(accessKeyId: string): Session | null {
      return sessions.get(accessKeyId) ?? null;
    },
    findKey(accessKeyId: string): StoredKey | null {
      return sessions.get(accessKeyId) ?? null;
    },
    callerOfKey(accessKeyId: string): Caller | null {
      const session = sessions.get(accessKeyId);
      const role = session && iam.roleOfArn(session.roleArn);
      if (!session || !role || role.uniqueId !== session.roleId) return null;
      let sessionPolicies: readonly PolicyDocument[] | null = null;
      if (session.policies) {
        sessionPolicies =
          parsedPolicies.get(accessKeyId) ?? session.policies.map((text) => parsePolicy(text, "identity"));
        parsedPolicies.set(accessKeyId, sessionPolicies);
      }
      return {
        kind: "assumed-role",
        accountId: role.accountId,
        arn: assumedRoleArn(role.accountId, role.name, session.sessionName),
        principalArn: roleArn(role),
        uniqueId: `${role.uniqueId}:${session.sessionName}`,
        userName: null,
        accessKeyId,
        identityPolicies: iam.policiesOf(role),
        sessionPolicies,
      };
    },
  };
}

export function assumedRoleArn(accountId: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
}
