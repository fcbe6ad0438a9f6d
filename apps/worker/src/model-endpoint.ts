import { createHash } from "node:crypto";
import { componentAccess, type DatasetOwner } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import { deleteRole, putRole } from "@letsdata/aws/identity-roles";
import { modelImage } from "@letsdata/compute/lambda-and-sagemaker/model-image";
import {
  type EndpointWish,
  isServing,
  provisionEndpoint,
  removeEndpoint,
} from "@letsdata/compute/lambda-and-sagemaker/provision-endpoint";
import { copyObject } from "@letsdata/connectors/s3/copy-object";
import { objectSizes } from "@letsdata/connectors/s3/object-sizes";
import { provisionBucket, removeBucket, removeObjects } from "@letsdata/connectors/s3/provision";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { imageRepository } from "@letsdata/dataset/image-repository";
import { type GeneratedNames, generatedNames } from "@letsdata/dataset/names";
import { modelRolePolicy, modelRoleTrustPolicy } from "@letsdata/dataset/policy-documents";
import { ownerOf } from "@letsdata/dataset/resource-owners";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { asProblem, Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";

export interface EndpointOwner {
  readonly datasetId: string;
  readonly config: DatasetConfig;
  readonly owner: DatasetOwner;
}

const modelFile = "model.tar.gz";
/** Of the customer's model file, or the copy that was made for this very configuration. */
type WhichModel = "as it is now" | "kept";

/** The finding of an update whose endpoint is gone and could not be put back: the dataset is not as it was. */
export const endpointLost = "ENDPOINT_LOST";

/**
 * Makes the endpoint LetsData serves a customer's model with: a copy of the model file where only the customer's role may read it, the
 * role its container runs as, model and endpoint. Repeatable; an endpoint that is there stays. Empty where the dataset has none of ours.
 */
export async function makeModelEndpoint(
  installation: Installation,
  owned: EndpointOwner,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  const serving = servingOf(installation, owned);
  return serving ? make(installation, serving, "as it is now", signal) : [];
}

/**
 * Makes the endpoint again where it is gone or has failed, with the model file that was copied for it. Null where the dataset has none of
 * ours, or where it serves.
 */
export async function ensureModelEndpoint(
  installation: Installation,
  owned: EndpointOwner,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[] | null> {
  const serving = servingOf(installation, owned);
  if (!serving || (await isServing(serving.names.endpoint, serving.access, signal))) return null;
  return make(installation, serving, "kept", signal);
}

/** Removes all that `makeModelEndpoint` made, and nothing where there is none. Repeatable. */
export async function removeModelEndpoint(
  installation: Installation,
  { datasetId, config, owner }: EndpointOwner,
  signal: AbortSignal,
): Promise<void> {
  if (ownerOf(config, "endpoint") !== "LetsData") return;
  const names = generatedNames(installation.stage, datasetId);
  const access = componentAccess(installation, config, owner, "endpoint");
  await removeEndpoint(names.endpoint, access, signal);
  await deleteRole(installation, names.modelRole, signal);
  await removeBucket(bucketOf(names), access, signal);
}

/** What of the model cannot be served, before anything is made. */
export function modelFindings({ computeEngine: engine }: DatasetConfig): readonly ProblemDetail[] {
  if (engine.computeEngineType !== "LAMBDA_AND_SAGEMAKER" || !engine.model) return [];
  try {
    modelImage(engine.model.modelContainerImageName, "us-east-1", null);
    return [];
  } catch (thrown) {
    return asProblem(thrown).errors;
  }
}

/**
 * After an update of the compute engine: an endpoint that is no longer as wished goes, and the new one is made. Where that fails the one
 * before is made again, from its copy of the model. Null where nothing changed and the endpoint serves. A Problem that holds a finding
 * `ENDPOINT_LOST` says that the one before could not be made again either.
 */
export async function remakeModelEndpoint(
  installation: Installation,
  before: EndpointOwner,
  after: EndpointOwner,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[] | null> {
  if (wishOf(before.config) === wishOf(after.config)) return ensureModelEndpoint(installation, after, signal);
  const old = servingOf(installation, before);
  const wanted = servingOf(installation, after);
  let isOldGone = old === null;
  try {
    // First of all: a model file that cannot be read costs nobody an endpoint.
    const made = wanted ? [...(await copyModel(installation, wanted, "as it is now", signal))] : [];
    isOldGone = true;
    if (old) await removeEndpoint(old.names.endpoint, old.access, signal);
    if (wanted) made.push(...(await serve(installation, wanted, signal)));
    await forget(installation, old, wanted, signal);
    return made;
  } catch (thrown) {
    signal.throwIfAborted();
    try {
      if (isOldGone && wanted) await removeEndpoint(wanted.names.endpoint, wanted.access, signal);
      if (isOldGone && old) await make(installation, old, "kept", signal);
      await forget(installation, wanted, old, signal);
    } catch (alsoThrown) {
      signal.throwIfAborted();
      throw bothFailed(asProblem(thrown), asProblem(alsoThrown));
    }
    throw thrown;
  }
}

function bothFailed(first: Problem, second: Problem): Problem {
  const message = `The endpoint before could not be put back: ${second.message}`;
  const fix = "Update the compute engine again, or redrive: either makes the endpoint that is missing.";
  const lost = { path: "computeEngine.endpoint", code: endpointLost, message, fix };
  // An outage is waited for, whichever of the two it hindered.
  const { code } = second.entry.retry === "later" ? second : first;
  const errors = [...first.errors, lost];
  return new Problem(code, `${first.message} ${message}`, { errors, cause: second });
}

type Model = NonNullable<
  Extract<DatasetConfig["computeEngine"], { readonly computeEngineType: "LAMBDA_AND_SAGEMAKER" }>["model"]
>;

/** What one configuration wants served, and where. */
interface Serving extends EndpointOwner {
  readonly names: GeneratedNames;
  readonly access: CloudAccess;
  readonly size: EndpointWish["size"];
  readonly model: Model;
  readonly image: string;
  /**
   * Of its copy of the customer's model file: each configuration has its own, so that the copy before stays until nobody needs it. Null
   * where the file is LetsData's.
   */
  readonly copyPrefix: string | null;
  readonly modelDataUrl: string;
}

function servingOf(installation: Installation, owned: EndpointOwner): Serving | null {
  const { config, owner, datasetId } = owned;
  const { computeEngine: engine } = config;
  if (engine.computeEngineType !== "LAMBDA_AND_SAGEMAKER" || !engine.model) return null;
  const { endpoint: size, model } = engine;
  if (size.sagemakerEndpointResourceLocation !== "LetsData") return null;
  const names = generatedNames(installation.stage, datasetId);
  const access = componentAccess(installation, config, owner, "endpoint");
  const instanceType = size.sagemakerEndpointType === "Provisioned" ? size.sagemakerProvisioned.instanceType : null;
  const image = modelImage(model.modelContainerImageName, access.region, instanceType);
  const wishDigest = createHash("sha256").update(wishOf(config)).digest("hex").slice(0, 16);
  const copyPrefix = ownerOf(config, "modelFile") === "Customer" ? `${wishDigest}/` : null;
  const modelDataUrl = copyPrefix === null ? model.modelUrl : `s3://${names.modelBucket}/${copyPrefix}${modelFile}`;
  return { ...owned, names, access, size, model, image, copyPrefix, modelDataUrl };
}

async function make(
  installation: Installation,
  serving: Serving,
  which: WhichModel,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  const copied = await copyModel(installation, serving, which, signal);
  return [...copied, ...(await serve(installation, serving, signal))];
}

/** Copies the customer's model file as it is now, or only where the copy is missing. */
async function copyModel(
  installation: Installation,
  { config, owner, names, access, model, copyPrefix }: Serving,
  which: WhichModel,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  if (copyPrefix === null) return [];
  const made = await provisionBucket(bucketOf(names), access, signal);
  const to = { bucket: names.modelBucket, key: `${copyPrefix}${modelFile}` };
  const isThere = which === "kept" && (await objectSizes(to.bucket, [to.key], access, signal))[0] !== null;
  if (isThere) return made;
  const from = componentAccess(installation, config, owner, "modelFile");
  await copyObject(model.modelUrl, from, to, access, signal);
  return made;
}

async function serve(
  installation: Installation,
  { datasetId, config, names, access, size, model, image, modelDataUrl }: Serving,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  const repositoryArn = imageRepository(image)?.repositoryArn ?? null;
  const role = {
    name: names.modelRole,
    description: `Runs the model of dataset ${config.datasetName}`,
    trust: modelRoleTrustPolicy(),
    policies: { RunModel: modelRolePolicy(modelDataUrl, names.modelBucket, repositoryArn) },
    tags: { "letsdata:datasetId": datasetId },
  };
  const roleArn = await putRole(installation, role, signal);
  const environment = model.modelEnvironmentVariables ?? {};
  return provisionEndpoint({ name: names.endpoint, size, image, modelDataUrl, environment, roleArn }, access, signal);
}

/** Removes what only the one needed and the other, which serves now, does not. */
async function forget(
  installation: Installation,
  gone: Serving | null,
  kept: Serving | null,
  signal: AbortSignal,
): Promise<void> {
  if (!gone) return;
  const { names, access, copyPrefix } = gone;
  if (!kept) await deleteRole(installation, names.modelRole, signal);
  if (copyPrefix === null) return;
  if (kept?.copyPrefix) {
    await removeObjects({ bucket: names.modelBucket, prefix: copyPrefix }, access, signal);
  } else {
    await removeBucket(bucketOf(names), access, signal);
  }
}

function wishOf({ computeEngine: engine }: DatasetConfig): string {
  return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" ? JSON.stringify([engine.model, engine.endpoint]) : "";
}

function bucketOf({ modelBucket }: GeneratedNames) {
  return { bucketName: modelBucket, resourceLocation: "LetsData" };
}
