import { accessGrant, assumedRole } from "@letsdata/aws/assume-role";
import { errorConnectors, readConnectors, writeConnectors } from "@letsdata/connectors/catalogue";
import {
  type DatasetConfig,
  type ErrorConnectorConfig,
  type ReadConnectorConfig,
  regionOf,
  type WriteConnectorConfig,
} from "@letsdata/dataset/dataset-config";
import type {
  CloudAccess,
  CredentialsSource,
  ErrorConnector,
  ReadConnector,
  ResourceLocation,
  ResourceScope,
  WriteConnector,
} from "@letsdata/plugin-kit/connector";
import type { Permission, PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { dataTaskRoleArn, type Installation } from "./installation.ts";

/** Whose dataset it is. */
export interface DatasetOwner {
  readonly userId: string;
  readonly iamUserArn: string;
}

export type AccessedComponent = "readConnector" | "writeConnector" | "errorConnector" | "artifact" | "manifestFile";

/** Who owns what a component uses; absent attributes mean the customer (product.md §2). */
export function locationOf(config: DatasetConfig, component: AccessedComponent): ResourceLocation {
  switch (component) {
    case "readConnector":
      return (
        attribute(config.readConnector, "bucketResourceLocation") ??
        attribute(config.readConnector, "resourceLocation") ??
        "Customer"
      );
    case "writeConnector":
      return attribute(config.writeConnector, "resourceLocation") ?? "Customer";
    case "errorConnector":
      return attribute(config.errorConnector, "resourceLocation") ?? "Customer";
    case "artifact":
      return attribute(config.readConnector, "artifactFileS3LinkResourceLocation") ?? "Customer";
    case "manifestFile":
      return attribute(config.manifestFile, "readerManifestResourceLocation") ?? "Customer";
  }
}

function attribute(component: object, name: string): ResourceLocation | undefined {
  return (component as Record<string, ResourceLocation | undefined>)[name];
}

export function scopeOf(
  installation: Installation,
  config: DatasetConfig,
  component: AccessedComponent,
): ResourceScope {
  const customerAccount = config.accessGrantRoleArn?.split(":")[4];
  const accountId = locationOf(config, component) === "LetsData" ? installation.accountId : customerAccount;
  return {
    region: regionOf(config, component === "artifact" ? "readConnector" : component),
    accountId: accountId ?? installation.accountId,
    datasetName: config.datasetName,
  };
}

/** Sessions of the access grant role: installation → the user's own role → the customer's role, with the user's id as external id. */
export function customerCredentials(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
): CredentialsSource {
  if (!config.accessGrantRoleArn) {
    throw new Problem(
      "CONFIG_INVALID",
      "accessGrantRoleArn is missing, and something of this dataset belongs to the customer.",
      {
        path: "accessGrantRoleArn",
      },
    );
  }
  return accessGrant({
    installation: installation.credentials,
    region: installation.region,
    endpoint: installation.endpoint,
    iamUserArn: owner.iamUserArn,
    accessGrantRoleArn: config.accessGrantRoleArn,
    userId: owner.userId,
    sessionName: `letsdata-${config.datasetName}`,
  });
}

/** What a data task may do on LetsData's side: exactly what its own connectors need. */
export function dataTaskCredentials(installation: Installation, config: DatasetConfig): CredentialsSource {
  return assumedRole({
    from: installation.credentials,
    region: installation.region,
    endpoint: installation.endpoint,
    roleArn: dataTaskRoleArn(installation),
    sessionName: `letsdata-${config.datasetName}`,
    sessionPolicy: dataTaskPolicy(installation, config),
  });
}

/** The session policy of a data task: the statements of its LetsData-located connectors, or a refusal of everything. */
export function dataTaskPolicy(installation: Installation, config: DatasetConfig): PolicyDocument {
  const permissions = (["readConnector", "writeConnector", "errorConnector"] as const)
    .filter((component) => locationOf(config, component) === "LetsData")
    .flatMap((component) => permissionsOf(config, component, scopeOf(installation, config, component)));
  if (permissions.length === 0) {
    return { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };
  }
  return {
    Version: "2012-10-17",
    Statement: permissions.map(({ actions, resources }) => ({ Effect: "Allow", Action: actions, Resource: resources })),
  };
}

/** Statements beside the calls that need them, from the connector's own folder. */
export function permissionsOf(
  config: DatasetConfig,
  component: "readConnector" | "writeConnector" | "errorConnector",
  scope: ResourceScope,
): readonly Permission[] {
  switch (component) {
    case "readConnector":
      return readConnectorOf(config).permissions(config.readConnector, scope);
    case "writeConnector":
      return writeConnectorOf(config).permissions(config.writeConnector, scope);
    case "errorConnector":
      return errorConnectorOf(config).permissions(config.errorConnector, scope);
  }
}

// The destination that finds a runtime is the one that chose the configuration's shape; the compiler cannot follow that.
type Readers = Readonly<Record<string, ReadConnector<ReadConnectorConfig, unknown>>>;
type Writers = Readonly<Record<string, WriteConnector<WriteConnectorConfig>>>;
type Errors = Readonly<Record<string, ErrorConnector<ErrorConnectorConfig>>>;

export function readConnectorOf({ readConnector }: DatasetConfig): Readers[string] {
  return runtimeOf(readConnectors as unknown as Readers, readConnector.connectorDestination, "readConnector");
}
export function writeConnectorOf({ writeConnector }: DatasetConfig): Writers[string] {
  return runtimeOf(writeConnectors as unknown as Writers, writeConnector.connectorDestination, "writeConnector");
}
export function errorConnectorOf({ errorConnector }: DatasetConfig): Errors[string] {
  return runtimeOf(errorConnectors as unknown as Errors, errorConnector.connectorDestination, "errorConnector");
}

function runtimeOf<Runtime>(catalogue: Readonly<Record<string, Runtime>>, destination: string, path: string): Runtime {
  const runtime = Object.hasOwn(catalogue, destination) ? catalogue[destination] : undefined;
  if (runtime) return runtime;
  throw new Problem("NOT_AVAILABLE_LOCALLY", `${path} ${destination} cannot run on this installation.`, {
    path: `${path}.connectorDestination`,
  });
}

/** Where a component's calls go and as whom, in the worker and the console; a data task gets its own narrower sessions. */
export function componentAccess(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  component: AccessedComponent,
): CloudAccess {
  const ours = locationOf(config, component) === "LetsData";
  return {
    ...scopeOf(installation, config, component),
    endpoint: installation.endpoint,
    credentials: ours ? installation.credentials : customerCredentials(installation, config, owner),
  };
}
