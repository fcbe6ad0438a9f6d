import { type AssumeRoleInput, accessGrant, assumedRole } from "@letsdata/aws/assume-role";
import { customerPermissions, endpointPermissions } from "@letsdata/dataset/access-policy";
import { type DatasetConfig, regionOf } from "@letsdata/dataset/dataset-config";
import { generatedNames } from "@letsdata/dataset/names";
import { type SessionKeys, sessionPolicyOf } from "@letsdata/dataset/policy-documents";
import { type OwnedThing, ownedThings, ownerOf } from "@letsdata/dataset/resource-owners";
import type { CloudAccess, CredentialsSource, ResourceScope } from "@letsdata/plugin-kit/connector";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { dataTaskRoleArn, type Installation } from "./installation.ts";
import { connectorPermissions } from "./permission-source.ts";

/** Whose dataset it is. */
export interface DatasetOwner {
  readonly userId: string;
  readonly iamUserArn: string;
}

const connectorComponents = ["readConnector", "writeConnector", "errorConnector"] as const;

/** Region, account and name that a component's ARNs are made of. */
export function scopeOf(installation: Installation, config: DatasetConfig, thing: OwnedThing): ResourceScope {
  const customerAccount = config.accessGrantRoleArn?.split(":")[4];
  const isOurs = ownerOf(config, thing) === "LetsData";
  return {
    region: regionOf(config, componentOf(thing)),
    accountId: isOurs ? installation.accountId : (customerAccount ?? installation.accountId),
    datasetName: config.datasetName,
  };
}

function componentOf(thing: OwnedThing) {
  if (thing === "artifact" || thing === "image") return "readConnector";
  if (thing === "modelFile" || thing === "endpoint") return "computeEngine";
  return thing;
}

/** Where a component's calls go and as whom, in the worker and the console; a data task gets its own narrower sessions. */
export function componentAccess(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  thing: OwnedThing,
  keys: SessionKeys = "keys of the role",
): CloudAccess {
  const isOurs = ownerOf(config, thing) === "LetsData";
  return {
    ...scopeOf(installation, config, thing),
    endpoint: installation.endpoint,
    credentials: isOurs ? installation.credentials : customerCredentials(installation, config, owner, keys),
  };
}

/** Sessions of the access grant role: installation → the user's own role → the customer's role, with the user's id as external id. */
export function customerCredentials(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  keys: SessionKeys = "keys of the role",
): CredentialsSource {
  return accessGrant({
    installation: installation.credentials,
    region: installation.region,
    endpoint: installation.endpoint,
    iamUserArn: owner.iamUserArn,
    accessGrantRoleArn: accessGrantRoleArn(config),
    userId: owner.userId,
    sessionName: sessionName(config),
    ...customerSessionPolicy(config, keys),
  });
}

/** Whatever else the role allows, a session of it can do what this configuration needs and nothing more (product.md §11.3). */
function customerSessionPolicy(config: DatasetConfig, keys: SessionKeys): { readonly sessionPolicy?: PolicyDocument } {
  const needed = ownedThings.flatMap((thing) => customerPermissions(config, thing, connectorPermissions));
  const sessionPolicy = sessionPolicyOf(needed, keys);
  return sessionPolicy ? { sessionPolicy } : {};
}

/** The last step of `customerCredentials` with an external id of one's choice, for probes. */
export function assumeAccessGrantInput(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  externalId: string | undefined,
): AssumeRoleInput {
  const { region, endpoint, credentials } = installation;
  const step = { region, endpoint, sessionName: sessionName(config) };
  return {
    ...step,
    from: assumedRole({ ...step, from: credentials, roleArn: owner.iamUserArn }),
    roleArn: accessGrantRoleArn(config),
    ...(externalId === undefined ? {} : { externalId }),
  };
}

/** What a data task may do on LetsData's side: exactly what its own connectors need. */
export function dataTaskCredentials(
  installation: Installation,
  config: DatasetConfig,
  datasetId: string,
): CredentialsSource {
  const { region, endpoint, credentials } = installation;
  return assumedRole({
    from: credentials,
    region,
    endpoint,
    roleArn: dataTaskRoleArn(installation),
    sessionName: sessionName(config),
    sessionPolicy: dataTaskPolicy(installation, config, datasetId),
  });
}

/** The session policy of a data task: the statements of what of it is LetsData-located, or a refusal of everything. */
export function dataTaskPolicy(installation: Installation, config: DatasetConfig, datasetId: string): PolicyDocument {
  const permissions = [
    ...connectorComponents
      .filter((component) => ownerOf(config, component) === "LetsData")
      .flatMap((component) =>
        connectorPermissions.permissionsOf(config, component, scopeOf(installation, config, component)),
      ),
    ...ownEndpointPermissions(installation, config, datasetId),
  ];
  if (permissions.length === 0) {
    return { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };
  }
  const policy = sessionPolicyOf(permissions);
  if (policy) return policy;
  throw new Problem("INTERNAL", `The session policy of ${config.datasetName} does not fit AWS's limit.`);
}

function ownEndpointPermissions(installation: Installation, config: DatasetConfig, datasetId: string) {
  if (ownerOf(config, "endpoint") !== "LetsData") return [];
  const { region, accountId } = scopeOf(installation, config, "endpoint");
  return endpointPermissions(region, accountId, generatedNames(installation.stage, datasetId).endpoint);
}

function accessGrantRoleArn(config: DatasetConfig): string {
  if (config.accessGrantRoleArn) return config.accessGrantRoleArn;
  throw new Problem(
    "CONFIG_INVALID",
    "accessGrantRoleArn is missing, and something of this dataset is the customer's.",
    {
      path: "accessGrantRoleArn",
    },
  );
}

function sessionName(config: DatasetConfig): string {
  return `letsdata-${config.datasetName}`;
}
