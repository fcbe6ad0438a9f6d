import type { ResourceLocation, ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission, PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type DatasetConfig, regionOf } from "./dataset-config.ts";
import { imageRepository } from "./image-repository.ts";
import { accessGrantNames, type Stage } from "./names.ts";
import { accessGrantTrustPolicy, imageRepositoryPolicy, policyOf } from "./policy-documents.ts";
import { type OwnedThing, ownedThings, ownerOf } from "./resource-owners.ts";

export type ConnectorComponent = "readConnector" | "writeConnector" | "errorConnector";

/** The connectors' own statements, handed in: they stay beside the calls that need them. */
export interface PermissionSource {
  permissionsOf(config: DatasetConfig, component: ConnectorComponent, scope: ResourceScope): readonly Permission[];
  /** One object of S3: artifact, manifest, model file. */
  objectPermissions(uri: string, reason: string): readonly Permission[];
}

export interface AccessUser {
  readonly userId: string;
  readonly iamUserArn: string;
}

/** Whose calls the policies let in. */
export interface Deployment {
  readonly accountId: string;
  readonly stage: Stage;
}

/** The policy of the repository that holds the handler's image. */
export interface RepositoryPolicy {
  readonly repositoryName: string;
  readonly region: string;
  readonly accountId: string;
  readonly policy: PolicyDocument;
}

/** One thing that is needed, for the checklist. */
export interface AccessNeed {
  readonly component: OwnedThing;
  readonly resourceLocation: ResourceLocation;
  readonly resources: readonly string[];
  readonly actions: readonly string[];
  readonly reason: string;
}

export interface AccessPolicy {
  /** False when nothing belongs to the customer: no role is needed. */
  readonly needsRole: boolean;
  readonly roleName: string;
  readonly policyName: string;
  readonly checklist: readonly AccessNeed[];
  readonly policy: PolicyDocument;
  readonly trustPolicy: PolicyDocument;
  /** Null when no image of the customer's is used. */
  readonly repositoryPolicy: RepositoryPolicy | null;
  /** `aws …` lines, filled in and quoted for a POSIX shell. */
  readonly commands: readonly string[];
}

/** What the customer has to grant for a dataset, why, and how (product.md §11.2, §11.4). */
export function accessPolicy(
  config: DatasetConfig,
  user: AccessUser,
  deployment: Deployment,
  source: PermissionSource,
): AccessPolicy {
  const names = accessGrantNames(config.datasetName);
  const checklist: AccessNeed[] = [];
  const granted: Permission[] = [];
  for (const component of ownedThings) {
    const owner = ownerOf(config, component);
    if (owner === null) continue;
    if (owner === "LetsData") {
      checklist.push({
        component,
        resourceLocation: owner,
        resources: [],
        actions: [],
        reason: oursReason(config, component),
      });
      continue;
    }
    const permissions = customerPermissions(config, component, source);
    granted.push(...permissions);
    for (const { resources, actions, reason } of permissions)
      checklist.push({ component, resourceLocation: owner, resources, actions, reason });
  }
  const policy = policyOf(granted);
  const trustPolicy = accessGrantTrustPolicy(user);
  const policyArn = `arn:aws:iam::${customerAccountOf(config)}:policy/${names.policy}`;
  const repositoryPolicy = repositoryPolicyOf(config, deployment);
  const json = (document: PolicyDocument) => shellQuoted(JSON.stringify(document));
  const needsRole = granted.length > 0;
  return {
    needsRole,
    roleName: names.role,
    policyName: names.policy,
    checklist,
    policy,
    trustPolicy,
    repositoryPolicy,
    commands: needsRole
      ? [
          `aws iam create-role --role-name ${names.role} --assume-role-policy-document ${json(trustPolicy)}`,
          `aws iam create-policy --policy-name ${names.policy} --policy-document ${json(policy)}`,
          `aws iam attach-role-policy --role-name ${names.role} --policy-arn ${policyArn}`,
          ...(repositoryPolicy
            ? [
                `aws ecr set-repository-policy --registry-id ${repositoryPolicy.accountId} --region ${repositoryPolicy.region} --repository-name ${repositoryPolicy.repositoryName} --policy-text ${json(repositoryPolicy.policy)}`,
              ]
            : []),
        ]
      : [],
  };
}

/** The permissions a session of the access grant role needs: all Customer-located things, or one of them. */
export function customerPermissions(
  config: DatasetConfig,
  thing: OwnedThing,
  source: PermissionSource,
): readonly Permission[] {
  if (ownerOf(config, thing) !== "Customer") return [];
  const { readConnector: read, computeEngine: engine, manifestFile: manifest } = config;
  const accountId = customerAccountOf(config);
  switch (thing) {
    case "readConnector":
    case "writeConnector":
    case "errorConnector":
      return knownPermissions(() =>
        source.permissionsOf(config, thing, {
          region: regionOf(config, thing),
          accountId,
          datasetName: config.datasetName,
        }),
      );
    case "artifact":
      return source.objectPermissions(read.artifactFileS3Link ?? "", "Fetch the handler's package");
    case "manifestFile":
      return manifest.manifestType === "S3ReaderS3LinkManifestFile"
        ? source.objectPermissions(manifest.manifestFileS3Uri, "Read the manifest")
        : [];
    case "modelFile":
      return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" && engine.model
        ? source.objectPermissions(engine.model.modelUrl, "Fetch the model")
        : [];
    case "image":
      return imagePermissions(imagePathOf(config));
    case "endpoint":
      return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" &&
        engine.endpoint.sagemakerEndpointResourceLocation === "Customer"
        ? endpointPermissions(regionOf(config, "computeEngine"), accountId, engine.endpoint.sagemakerEndpointName)
        : [];
  }
}

/** A connector that cannot run on this installation states no permissions; creating says so (availability.ts). */
function knownPermissions(permissions: () => readonly Permission[]): readonly Permission[] {
  try {
    return permissions();
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === "NOT_AVAILABLE_LOCALLY") return [];
    throw thrown;
  }
}

/** Path of the handler's image; empty when the handler is an artifact. */
export function imagePathOf({ readConnector: read }: DatasetConfig): string {
  return ("interfaceECRImagePath" in read ? read.interfaceECRImagePath : undefined) ?? "";
}

/** The repository must also let in who runs the image: the deployment's account, and Lambda for the deployment's functions. */
function repositoryPolicyOf(config: DatasetConfig, { accountId, stage }: Deployment): RepositoryPolicy | null {
  const image = ownerOf(config, "image") === "Customer" ? imageRepository(imagePathOf(config)) : null;
  if (!image) return null;
  const functions = `arn:aws:lambda:${regionOf(config, "computeEngine")}:${accountId}:function:${stage}LetsData*`;
  return {
    repositoryName: image.repositoryName,
    region: image.region,
    accountId: image.accountId,
    policy: imageRepositoryPolicy(accountId, functions),
  };
}

function imagePermissions(path: string): readonly Permission[] {
  const image = imageRepository(path);
  if (!image) return [];
  return [
    {
      actions: ["ecr:DescribeImages", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: [image.repositoryArn],
      reason: "Fetch the handler's image",
    },
    {
      actions: ["ecr:GetAuthorizationToken"],
      resources: ["*"],
      reason: "Sign in to the image registry",
      whyStar: "AWS offers no resource for this action",
    },
  ];
}

/** What calling an endpoint needs. */
export function endpointPermissions(region: string, accountId: string, name: string): readonly Permission[] {
  return [
    {
      actions: ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
      resources: [endpointArn(region, accountId, name)],
      reason: "Call the model",
    },
  ];
}

export function endpointArn(region: string, accountId: string, name: string): string {
  return `arn:aws:sagemaker:${region}:${accountId}:endpoint/${name.toLowerCase()}`;
}

function oursReason(config: DatasetConfig, thing: OwnedThing): string {
  if (thing === "writeConnector" || thing === "errorConnector")
    return `LetsData makes it and opens it to account ${config.customerAccountForAccess ?? "you name"}`;
  return "LetsData uses its own rights";
}

/** The account of the access grant role; before there is one, the account that reads the results. */
function customerAccountOf(config: DatasetConfig): string {
  return config.accessGrantRoleArn?.split(":")[4] ?? config.customerAccountForAccess ?? "YOUR_ACCOUNT_ID";
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
