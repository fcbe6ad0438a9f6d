import { randomBytes, randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";

interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  readonly text: string | null;
  /** Base64. */
  readonly binary: string | null;
}

interface Secret {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Waiting to be deleted: cannot be read. */
  readonly deletedAt: number | null;
  readonly current: SecretVersion;
  readonly previous: SecretVersion | null;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

type Operation = (call: { input: JsonInput; request: CloudRequest; secret(): Secret }) => unknown;

const SECRET_BYTES_MAX = 65_536;
const RECOVERY_DAYS = 30;
const DAY_MS = 24 * 3600_000;

export function secretsService(cloud: Cloud): Service {
  const { database } = cloud;
  const secrets = new Map(database.documents<Secret>("secrets.secret").map(({ key, value }) => [key, value]));
  const keyOf = (accountId: string, region: string, name: string) => `${accountId}/${region}/${name}`;

  function save(secret: Secret): Secret {
    const key = keyOf(secret.accountId, secret.region, secret.name);
    secrets.set(key, secret);
    database.saveDocument("secrets.secret", key, secret);
    return secret;
  }

  function find(id: string, request: CloudRequest): Secret | null {
    if (!id.startsWith("arn:")) return secrets.get(keyOf(request.caller.accountId, request.region, id)) ?? null;
    return [...secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id) ?? null;
  }

  function newVersion(input: JsonInput): SecretVersion {
    const text = input.optionalString("SecretString") ?? null;
    const binary = input.optionalString("SecretBinary") ?? null;
    if (Buffer.byteLength(text ?? "") > SECRET_BYTES_MAX)
      throw invalid("InvalidParameterException", "The secret value is longer than 65536 bytes.");
    return { id: input.optionalString("ClientRequestToken") ?? randomUUID(), createdAt: cloud.now(), text, binary };
  }

  const operations: Readonly<Record<string, Operation>> = {
    CreateSecret({ input, request }) {
      const name = input.string("Name", /^[A-Za-z0-9/_+=.@-]{1,512}$/);
      const { accountId } = request.caller;
      const existing = find(name, request);
      if (existing) {
        throw existing.deletedAt === null
          ? invalid("ResourceExistsException", `The operation failed because the secret ${name} already exists.`)
          : invalid(
              "InvalidRequestException",
              "You can't create this secret because a secret with this name is already scheduled for deletion.",
            );
      }
      const suffix = randomBytes(6)
        .toString("base64")
        .replaceAll(/[^A-Za-z0-9]/g, "x")
        .slice(0, 6);
      const secret = save({
        accountId,
        region: request.region,
        name,
        arn: `arn:aws:secretsmanager:${request.region}:${accountId}:secret:${name}-${suffix}`,
        description: input.optionalString("Description") ?? "",
        createdAt: cloud.now(),
        changedAt: cloud.now(),
        deletedAt: null,
        current: newVersion(input),
        previous: null,
        tags: input.objects("Tags").map((tag) => ({ Key: tag.string("Key"), Value: tag.string("Value") })),
      });
      return { ARN: secret.arn, Name: name, VersionId: secret.current.id };
    },
    GetSecretValue({ input, secret }) {
      const found = secret();
      refuseDeleted(found);
      const stage = input.optionalString("VersionStage") ?? "AWSCURRENT";
      const id = input.optionalString("VersionId");
      const version = [found.current, found.previous].find((entry) =>
        id === undefined ? entry === (stage === "AWSCURRENT" ? found.current : found.previous) : entry?.id === id,
      );
      if (
        !version ||
        !["AWSCURRENT", "AWSPREVIOUS"].includes(stage) ||
        (version.text === null && version.binary === null)
      ) {
        throw invalid(
          "ResourceNotFoundException",
          `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
        );
      }
      return {
        ARN: found.arn,
        Name: found.name,
        VersionId: version.id,
        VersionStages: [version === found.current ? "AWSCURRENT" : "AWSPREVIOUS"],
        CreatedDate: version.createdAt / 1000,
        ...(version.text === null ? { SecretBinary: version.binary } : { SecretString: version.text }),
      };
    },
    PutSecretValue({ input, secret }) {
      const found = secret();
      refuseDeleted(found);
      const current = newVersion(input);
      save({ ...found, previous: found.current, current, changedAt: cloud.now() });
      return { ARN: found.arn, Name: found.name, VersionId: current.id, VersionStages: ["AWSCURRENT"] };
    },
    DescribeSecret: ({ secret }) => describe(secret()),
    DeleteSecret({ input, secret }) {
      const found = secret();
      const now = cloud.now();
      const days = input.optionalNumber("RecoveryWindowInDays", 7, 30) ?? RECOVERY_DAYS;
      if (input.boolean("ForceDeleteWithoutRecovery")) {
        const key = keyOf(found.accountId, found.region, found.name);
        secrets.delete(key);
        database.removeDocument("secrets.secret", key);
        return { ARN: found.arn, Name: found.name, DeletionDate: now / 1000 };
      }
      save({ ...found, deletedAt: now });
      return { ARN: found.arn, Name: found.name, DeletionDate: (now + days * DAY_MS) / 1000 };
    },
    ListSecrets({ input, request }) {
      const limit = input.optionalNumber("MaxResults", 1, 100) ?? 100;
      const after = input.optionalString("NextToken") ?? "";
      const isWanted = filterOf(input);
      const rest = [...secrets.values()]
        .filter(
          (entry) =>
            entry.accountId === request.caller.accountId &&
            entry.region === request.region &&
            entry.deletedAt === null &&
            entry.name > after &&
            isWanted(entry),
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = rest.slice(0, limit);
      return { SecretList: page.map(describe), ...(rest.length > page.length ? { NextToken: page.at(-1)?.name } : {}) };
    },
  };

  return {
    name: "secretsmanager",
    deniedCode: "AccessDeniedException",
    resolve(request) {
      const { action, input } = readJsonInput(request);
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (!operation) throw notImplemented("secretsmanager", action);
      const named =
        action === "CreateSecret" ? input.string("Name") : action === "ListSecrets" ? "" : input.string("SecretId");
      const found = named === "" ? null : find(named, request);
      const missing = named.startsWith("arn:")
        ? named
        : `arn:aws:secretsmanager:${request.region}:${request.caller.accountId}:secret:${named}`;
      const resource = named === "" ? "*" : (found?.arn ?? missing);
      const secret = () => {
        if (!found) throw invalid("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
        return found;
      };
      return {
        name: action,
        resource,
        requirements: [
          {
            action: `secretsmanager:${action}`,
            resource,
            owner: { accountId: found?.accountId ?? request.caller.accountId, policy: null },
          },
        ],
        run: () => sendJson(request, operation({ input, request, secret })),
      };
    },
    sendError: sendJsonError,
  };
}

/** Values of one filter are alternatives, filters hold together: https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html */
function filterOf(input: JsonInput): (secret: Secret) => boolean {
  const filters = input.objects("Filters").map((filter) => {
    const key = filter.string("Key");
    if (key !== "name") throw notImplemented("secretsmanager", `ListSecrets by ${key}`);
    return filter.strings("Values");
  });
  return ({ name }) => filters.every((values) => values.some((value) => name.startsWith(value)));
}

function refuseDeleted(secret: Secret): void {
  if (secret.deletedAt !== null) {
    throw invalid(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
}

function describe(secret: Secret) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description || undefined,
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: secret.changedAt / 1000,
    DeletedDate: secret.deletedAt === null ? undefined : secret.deletedAt / 1000,
    Tags: secret.tags,
    VersionIdsToStages: {
      [secret.current.id]: ["AWSCURRENT"],
      ...(secret.previous ? { [secret.previous.id]: ["AWSPREVIOUS"] } : {}),
    },
  };
}

function invalid(code: string, message: string): AwsError {
  return new AwsError(code, message, 400);
}
