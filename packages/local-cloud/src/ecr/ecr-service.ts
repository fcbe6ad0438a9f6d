import { createHash } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { type PolicyDocument, parsePolicy } from "../iam/policy-document.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";

interface Image {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly manifest: string;
  /** Epoch ms. */
  readonly pushedAt: number;
}
interface Repository {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly policy: string | null;
  readonly images: readonly Image[];
}
type Place = Pick<Repository, "accountId" | "region" | "name">;

interface EcrCall {
  readonly input: JsonInput;
  readonly place: Place;
  /** Throws RepositoryNotFoundException. */
  repository(): Repository;
}

const TOKEN_SECONDS = 12 * 3600;
const ACCEPTED_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

/** Repositories, image manifests and repository policies; layers are named but not stored. */
export function ecrService(cloud: Cloud): Service {
  const { database } = cloud;
  const repositories = new Map(
    database.documents<Repository>("ecr.repository").map(({ key, value }) => [key, value] as const),
  );

  function save(repository: Repository): Repository {
    repositories.set(arnOf(repository), repository);
    database.saveDocument("ecr.repository", arnOf(repository), repository);
    return repository;
  }
  function policyOf(repository: Repository | undefined): PolicyDocument | null {
    return repository?.policy ? parsePolicy(withResource(repository.policy), "resource") : null;
  }

  const operations: Readonly<Record<string, (call: EcrCall) => unknown>> = {
    GetAuthorizationToken: ({ place }) => ({
      authorizationData: [
        {
          authorizationToken: Buffer.from("AWS:local-cloud").toString("base64"),
          expiresAt: Math.floor(cloud.now() / 1000) + TOKEN_SECONDS,
          proxyEndpoint: `https://${place.accountId}.dkr.ecr.${place.region}.amazonaws.com`,
        },
      ],
    }),
    CreateRepository({ place }) {
      if (repositories.has(arnOf(place)))
        throw refusal("RepositoryAlreadyExistsException", `The repository '${place.name}' already exists.`);
      const made = save({ ...place, policy: null, images: [] });
      return {
        repository: { repositoryArn: arnOf(made), registryId: made.accountId, repositoryName: made.name },
      };
    },
    PutImage({ input, repository }) {
      const found = repository();
      const manifest = input.string("imageManifest");
      const tag = input.optionalString("imageTag");
      const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
      const known = found.images.find((image) => image.digest === digest);
      const image: Image = {
        digest,
        manifest,
        tags: [...new Set([...(known?.tags ?? []), ...(tag === undefined ? [] : [tag])])],
        pushedAt: cloud.now(),
      };
      const others = found.images
        .filter((other) => other.digest !== digest)
        .map((other) => ({ ...other, tags: other.tags.filter((name) => name !== tag) }));
      save({ ...found, images: [...others, image] });
      return { image: describeManifest(found, image, tag) };
    },
    DescribeImages({ input, repository }) {
      const found = repository();
      const wanted = input.objects("imageIds");
      const images = wanted.length === 0 ? found.images : wanted.map((id) => existingImage(found, id));
      return {
        imageDetails: images.map(({ digest, tags, pushedAt, manifest }) => ({
          registryId: found.accountId,
          repositoryName: found.name,
          imageDigest: digest,
          imageTags: tags,
          imageSizeInBytes: Buffer.byteLength(manifest),
          imagePushedAt: pushedAt / 1000,
        })),
      };
    },
    BatchGetImage({ input, repository }) {
      const found = repository();
      const asked = input.objects("imageIds").map((id) => ({ id, image: imageOf(found, id) }));
      return {
        images: asked.flatMap(({ id, image }) =>
          image ? [describeManifest(found, image, id.optionalString("imageTag"))] : [],
        ),
        failures: asked.flatMap(({ id, image }) =>
          image
            ? []
            : [{ imageId: idText(id), failureCode: "ImageNotFound", failureReason: "Requested image not found" }],
        ),
      };
    },
    GetDownloadUrlForLayer({ input, repository }) {
      const found = repository();
      const digest = input.string("layerDigest", /^sha256:[0-9a-f]{64}$/);
      if (!found.images.some(({ manifest }) => manifest.includes(digest)))
        throw refusal("LayersNotFoundException", `The layer with digest '${digest}' does not exist in the repository.`);
      return { downloadUrl: `https://layers.invalid/${found.name}/${digest}`, layerDigest: digest };
    },
    SetRepositoryPolicy({ input, repository }) {
      const found = repository();
      const policyText = input.string("policyText");
      const policy = parsePolicy(withResource(policyText), "resource", "InvalidParameterException");
      cloud.iam.checkPrincipalsExist(policy, "InvalidParameterException");
      save({ ...found, policy: policyText });
      return { registryId: found.accountId, repositoryName: found.name, policyText };
    },
    GetRepositoryPolicy({ repository }) {
      const { accountId, name, policy } = repository();
      if (policy === null)
        throw refusal("RepositoryPolicyNotFoundException", `Repository policy does not exist for '${name}'.`);
      return { registryId: accountId, repositoryName: name, policyText: policy };
    },
  };

  return {
    name: "ecr",
    deniedCode: "AccessDeniedException",
    resolve(request) {
      const { action, input } = readJsonInput(request);
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (!operation) throw notImplemented("ecr", action);
      const place = placeOf(action, input, request);
      const found = repositories.get(arnOf(place));
      const resource = place.name === "" ? "*" : arnOf(place);
      const repository = () => {
        if (found) return found;
        throw refusal(
          "RepositoryNotFoundException",
          `The repository with name '${place.name}' does not exist in the registry with id '${place.accountId}'`,
        );
      };
      return {
        name: action,
        resource,
        requirements: [
          { action: `ecr:${action}`, resource, owner: { accountId: place.accountId, policy: policyOf(found) } },
        ],
        run: () => sendJson(request, operation({ input, place, repository })),
      };
    },
    sendError: sendJsonError,
  };
}

function placeOf(action: string, input: JsonInput, { caller, region }: CloudRequest): Place {
  if (action === "GetAuthorizationToken") return { accountId: caller.accountId, region, name: "" };
  return {
    accountId: input.optionalString("registryId") ?? caller.accountId,
    region,
    name: input.string("repositoryName", /^[a-z0-9][a-z0-9._/-]{1,255}$/),
  };
}

function arnOf({ accountId, region, name }: Place): string {
  return `arn:aws:ecr:${region}:${accountId}:repository/${name}`;
}

/** Statements of a repository policy name no resource: it is the repository. */
function withResource(policy: string): string {
  try {
    const { Statement, ...rest } = JSON.parse(policy) as { Statement: object | readonly object[] };
    return JSON.stringify({ ...rest, Statement: [Statement].flat().map((entry) => ({ Resource: "*", ...entry })) });
  } catch {
    return policy;
  }
}

function imageOf({ images }: Repository, id: JsonInput): Image | undefined {
  const { imageDigest, imageTag } = idText(id);
  return images.find(({ digest, tags }) =>
    imageDigest === undefined ? imageTag !== undefined && tags.includes(imageTag) : digest === imageDigest,
  );
}

function existingImage(repository: Repository, id: JsonInput): Image {
  const image = imageOf(repository, id);
  if (image) return image;
  throw refusal(
    "ImageNotFoundException",
    `The image with imageId ${JSON.stringify(idText(id))} does not exist within the repository with name '${repository.name}' in the registry with id '${repository.accountId}'`,
  );
}

function idText(id: JsonInput) {
  return { imageDigest: id.optionalString("imageDigest"), imageTag: id.optionalString("imageTag") };
}

function describeManifest({ accountId, name }: Repository, image: Image, imageTag: string | undefined) {
  return {
    registryId: accountId,
    repositoryName: name,
    imageId: { imageDigest: image.digest, imageTag },
    imageManifest: image.manifest,
    imageManifestMediaType: ACCEPTED_MANIFEST,
  };
}

function refusal(code: string, message: string): AwsError {
  return new AwsError(code, message, 400);
}
