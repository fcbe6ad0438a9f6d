import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { parsePolicy } from "../iam/policy-document.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";
import type { Key } from "./key-store.ts";

type KeyOperation = (call: { readonly input: JsonInput; readonly key: Key; readonly cloud: Cloud }) => unknown;
type AccountOperation = (call: {
  readonly input: JsonInput;
  readonly request: CloudRequest;
  readonly cloud: Cloud;
}) => unknown;

const DATA_KEY_BYTES: Readonly<Record<string, number>> = { AES_256: 32, AES_128: 16 };

const ON_ACCOUNT: Readonly<Record<string, AccountOperation>> = {
  CreateKey({ input, request, cloud }) {
    const policy = input.optionalString("Policy");
    if (policy !== undefined) checkPolicy(cloud, policy);
    const place = { accountId: request.caller.accountId, region: request.region };
    return { KeyMetadata: describe(cloud.keys.create(place, input.optionalString("Description") ?? "", policy)) };
  },
  ListKeys: ({ request, cloud }) => ({
    Keys: cloud.keys
      .listOf(request.caller.accountId, request.region)
      .map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })),
    Truncated: false,
  }),
};

const ON_KEY: Readonly<Record<string, KeyOperation>> = {
  DescribeKey: ({ key }) => ({ KeyMetadata: describe(key) }),
  GetKeyPolicy: ({ key }) => ({ Policy: key.policy, PolicyName: "default" }),
  PutKeyPolicy({ input, key, cloud }) {
    const policy = input.string("Policy");
    checkPolicy(cloud, policy);
    cloud.keys.setPolicy(key, policy);
  },
  Encrypt({ input, key, cloud }) {
    const plaintext = Buffer.from(input.string("Plaintext"), "base64");
    const sealed = cloud.keys.encrypt(key, plaintext, contextOf(input));
    return { KeyId: key.arn, CiphertextBlob: sealed.toString("base64"), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
  },
  Decrypt({ input, key, cloud }) {
    const plaintext = cloud.keys.decrypt(key, ciphertextOf(input), contextOf(input));
    return { KeyId: key.arn, Plaintext: plaintext.toString("base64"), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
  },
  GenerateDataKey({ input, key, cloud }) {
    if (input.boolean("DryRun")) {
      throw new AwsError(
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
        412,
      );
    }
    const bytes =
      input.optionalNumber("NumberOfBytes", 1, 1024) ??
      DATA_KEY_BYTES[input.string("KeySpec", /^AES_(128|256)$/)] ??
      32;
    const plaintext = randomBytes(bytes);
    const sealed = cloud.keys.encrypt(key, plaintext, contextOf(input));
    return { KeyId: key.arn, Plaintext: plaintext.toString("base64"), CiphertextBlob: sealed.toString("base64") };
  },
};

/** Symmetric keys, without aliases, grants and rotation. */
export function kmsService(cloud: Cloud): Service {
  return {
    name: "kms",
    deniedCode: "AccessDeniedException",
    resolve(request) {
      const { action, input } = readJsonInput(request);
      const onAccount = Object.hasOwn(ON_ACCOUNT, action) ? ON_ACCOUNT[action] : undefined;
      if (onAccount) {
        return {
          name: action,
          resource: "*",
          requirements: [{ action: `kms:${action}`, resource: "*" }],
          run: () => sendJson(request, onAccount({ input, request, cloud })),
        };
      }
      const onKey = Object.hasOwn(ON_KEY, action) ? ON_KEY[action] : undefined;
      if (!onKey) throw notImplemented("kms", action);
      const named = action === "Decrypt" ? input.optionalString("KeyId") : input.string("KeyId");
      const key = named === undefined ? cloud.keys.keyOf(ciphertextOf(input)) : cloud.keys.find(named);
      return {
        name: action,
        resource: key.arn,
        requirements: [cloud.keys.requirement(key, action)],
        run: () => sendJson(request, onKey({ input, key, cloud }) ?? {}),
      };
    },
    sendError: sendJsonError,
  };
}

function checkPolicy(cloud: Cloud, text: string): void {
  const code = "MalformedPolicyDocumentException";
  cloud.iam.checkPrincipalsExist(parsePolicy(text, "resource", code), code);
}

function ciphertextOf(input: JsonInput): Buffer {
  return Buffer.from(input.string("CiphertextBlob"), "base64");
}

function contextOf(input: JsonInput): string {
  return JSON.stringify(Object.entries(input.map("EncryptionContext")).sort());
}

function describe(key: Key) {
  return {
    AWSAccountId: key.accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdAt / 1000,
    Enabled: true,
    Description: key.description,
    KeyUsage: "ENCRYPT_DECRYPT",
    KeyState: "Enabled",
    Origin: "AWS_KMS",
    KeyManager: "CUSTOMER",
    KeySpec: "SYMMETRIC_DEFAULT",
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    MultiRegion: false,
  };
}
