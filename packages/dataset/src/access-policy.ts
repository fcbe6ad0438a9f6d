import type { ResourceLocation, ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission, PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type DatasetConfig, regionOf } from "./dataset-config.ts";
import { accessGrantNames } from "./names.ts";
import { accessGrantTrustPolicy, policyOf } from "./policy-documents.ts";
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
  /** `aws iam …` lines, filled in and quoted for a POSIX shell. */
  readonly commands: readonly string[];
}

/** What the customer has to grant for a dataset, why, and how (product.md §11.2, §11.4). */
export function accessPolicy(config: DatasetConfig, user: AccessUser, source: PermissionSource): AccessPolicy {
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
  const json = (document: PolicyDocument) => shellQuoted(JSON.stringify(document));
  const needsRole = granted.length > 0;
  return {
    needsRole,
    roleName: names.role,
    policyName: names.policy,
    checklist,
    policy,
    trustPolicy,
    commands: needsRole
      ? [
          `aws iam create-role --role-name ${names.role} --assume-role-policy-document ${json(trustPolicy)}`,
          `aws iam create-policy --policy-name ${names.policy} --policy-document ${json(policy)}`,
          `aws iam attach-role-policy --role-name ${names.role} --policy-arn ${policyArn}`,
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
      return "interfaceECRImagePath" in read ? imagePermissions(read.interfaceECRImagePath ?? "") : [];
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

function imagePermissions(image: string): readonly Permission[] {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(image);
  if (!found) return [];
  return [
    {
      actions: ["ecr:DescribeImages", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: [`arn:aws:ecr:${found[2]}:${found[1]}:repository/${found[3]}`],
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

function endpointPermissions(region: string, accountId: string, name: string): readonly Permission[] {
  return [
    {
      actions: ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
      resources: [`arn:aws:sagemaker:${region}:${accountId}:endpoint/${name.toLowerCase()}`],
      reason: "Call the model",
    },
  ];
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
