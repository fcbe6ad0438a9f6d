import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { type PolicyDocument, parsePolicy } from "../iam/policy-document.ts";
import type { Requirement } from "../iam/requirement.ts";
import { AwsError } from "../server/aws-error.ts";
import type { CloudDatabase } from "../store/database.ts";

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly description: string;
  readonly policy: string;
  /** Base64, 32 bytes. */
  readonly material: string;
  /** Epoch ms. */
  readonly createdAt: number;
}

export type KeyStore = ReturnType<typeof openKeyStore>;

const IV_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 36;

/** Symmetric keys of all accounts: their policies decide, and their material never leaves the store. */
export function openKeyStore(database: CloudDatabase, now: () => number) {
  const keys = new Map(database.documents<Key>("kms.key").map(({ key, value }) => [key, value]));
  const policies = new Map<string, PolicyDocument>();

  function save(key: Key): Key {
    keys.set(key.id, key);
    policies.delete(key.id);
    database.saveDocument("kms.key", key.id, key);
    return key;
  }

  function policyOf(key: Key): PolicyDocument {
    const policy = policies.get(key.id) ?? parsePolicy(key.policy, "resource", "MalformedPolicyDocumentException");
    policies.set(key.id, policy);
    return policy;
  }

  return {
    create(place: { readonly accountId: string; readonly region: string }, description: string, policy?: string): Key {
      const id = randomUUID();
      return save({
        ...place,
        id,
        arn: `arn:aws:kms:${place.region}:${place.accountId}:key/${id}`,
        description,
        policy: policy ?? delegateToAccount(place.accountId),
        material: randomBytes(32).toString("base64"),
        createdAt: now(),
      });
    },
    setPolicy: (key: Key, policy: string): Key => save({ ...key, policy }),
    listOf: (accountId: string, region: string): Key[] =>
      [...keys.values()].filter((key) => key.accountId === accountId && key.region === region),
    /** By id or ARN. Throws NotFoundException. */
    find(idOrArn: string): Key {
      const key = keys.get(idOrArn.split("/").at(-1) ?? "");
      if (key && (key.arn === idOrArn || key.id === idOrArn)) return key;
      throw new AwsError("NotFoundException", `Key '${idOrArn}' does not exist`, 400);
    },
    /** What a call on the key needs; `viaService` when another service makes it for its caller. */
    requirement: (key: Key, action: string, viaService?: string): Requirement => ({
      action: `kms:${action}`,
      resource: key.arn,
      ...(viaService === undefined ? {} : { context: { "kms:ViaService": viaService } }),
      owner: { accountId: key.accountId, policy: policyOf(key), policyDecides: true },
    }),
    encrypt(key: Key, plaintext: Buffer, context: string): Buffer {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", Buffer.from(key.material, "base64"), iv).setAAD(
        Buffer.from(context),
      );
      const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([Buffer.from(key.id), iv, cipher.getAuthTag(), sealed]);
    },
    /** The key a ciphertext was made with. Throws InvalidCiphertextException. */
    keyOf(ciphertext: Buffer): Key {
      const key = keys.get(ciphertext.subarray(0, ID_BYTES).toString());
      if (!key) throw invalidCiphertext();
      return key;
    },
    decrypt(key: Key, ciphertext: Buffer, context: string): Buffer {
      const tagAt = ID_BYTES + IV_BYTES;
      const decipher = createDecipheriv(
        "aes-256-gcm",
        Buffer.from(key.material, "base64"),
        ciphertext.subarray(ID_BYTES, tagAt),
      ).setAAD(Buffer.from(context));
      try {
        decipher.setAuthTag(ciphertext.subarray(tagAt, tagAt + TAG_BYTES));
        return Buffer.concat([decipher.update(ciphertext.subarray(tagAt + TAG_BYTES)), decipher.final()]);
      } catch {
        throw invalidCiphertext();
      }
    },
  };
}

/** KMS's default policy: the account's own IAM policies decide. */
function delegateToAccount(accountId: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "kms:*", Resource: "*" },
    ],
  });
}

function invalidCiphertext(): AwsError {
  return new AwsError("InvalidCiphertextException", "The ciphertext cannot be decrypted with this key.", 400);
}
