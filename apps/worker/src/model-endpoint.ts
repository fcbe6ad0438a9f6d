import { componentAccess, type DatasetOwner } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import { deleteRole, putRole } from "@letsdata/aws/identity-roles";
import { modelImage } from "@letsdata/compute/lambda-and-sagemaker/model-image";
import { provisionEndpoint, removeEndpoint } from "@letsdata/compute/lambda-and-sagemaker/provision-endpoint";
import { copyObject } from "@letsdata/connectors/s3/copy-object";
import { provisionBucket, removeBucket } from "@letsdata/connectors/s3/provision";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { imageRepository } from "@letsdata/dataset/image-repository";
import { type GeneratedNames, generatedNames } from "@letsdata/dataset/names";
import { modelRolePolicy, modelRoleTrustPolicy } from "@letsdata/dataset/policy-documents";
import { ownerOf } from "@letsdata/dataset/resource-owners";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { asProblem, type ProblemDetail } from "@letsdata/plugin-kit/problems";

export interface EndpointOwner {
  readonly datasetId: string;
  readonly config: DatasetConfig;
  readonly owner: DatasetOwner;
}

const modelKey = "model.tar.gz";

/**
 * Makes the endpoint LetsData serves a customer's model with: a copy of the model file where only the customer's role may read it, the
 * role its container runs as, model and endpoint. Repeatable; an endpoint that is there stays. Empty where the dataset has none of ours.
 */
export async function makeModelEndpoint(
  installation: Installation,
  { datasetId, config, owner }: EndpointOwner,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  const { computeEngine: engine } = config;
  if (engine.computeEngineType !== "LAMBDA_AND_SAGEMAKER" || !engine.model) return [];
  const { endpoint: size, model } = engine;
  if (size.sagemakerEndpointResourceLocation !== "LetsData") return [];
  const names = generatedNames(installation.stage, datasetId);
  const access = componentAccess(installation, config, owner, "endpoint");
  const instanceType = size.sagemakerEndpointType === "Provisioned" ? size.sagemakerProvisioned.instanceType : null;
  const image = modelImage(model.modelContainerImageName, access.region, instanceType);

  const made: ProvisionedResource[] = [];
  let modelDataUrl = model.modelUrl;
  if (ownerOf(config, "modelFile") === "Customer") {
    made.push(...(await provisionBucket(bucketOf(names), access, signal)));
    const from = componentAccess(installation, config, owner, "modelFile");
    await copyObject(model.modelUrl, from, { bucket: names.modelBucket, key: modelKey }, access, signal);
    modelDataUrl = `s3://${names.modelBucket}/${modelKey}`;
  }
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
  const wish = { name: names.endpoint, size, image, modelDataUrl, environment, roleArn };
  made.push(...(await provisionEndpoint(wish, access, signal)));
  return made;
}

/** Removes all that `makeModelEndpoint` made, and nothing where there is none. Repeatable. */
export async function removeModelEndpoint(
  installation: Installation,
  { datasetId, config, owner }: EndpointOwner,
  signal: AbortSignal,
): Promise<void> {
  if (ownerOf(config, "endpoint") !== "LetsData") return;
  const names = generatedNames(installation.stage, datasetId);
  const access: CloudAccess = componentAccess(installation, config, owner, "endpoint");
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
 * before is made again. Null where nothing changed.
 */
export async function remakeModelEndpoint(
  installation: Installation,
  before: EndpointOwner,
  after: EndpointOwner,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[] | null> {
  if (wishOf(before.config) === wishOf(after.config)) return null;
  await removeModelEndpoint(installation, before, signal);
  try {
    return await makeModelEndpoint(installation, after, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    await removeModelEndpoint(installation, after, signal);
    await makeModelEndpoint(installation, before, signal);
    throw thrown;
  }
}

function wishOf({ computeEngine: engine }: DatasetConfig): string {
  return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" ? JSON.stringify([engine.model, engine.endpoint]) : "";
}

function bucketOf({ modelBucket }: GeneratedNames) {
  return { bucketName: modelBucket, resourceLocation: "LetsData" };
}
