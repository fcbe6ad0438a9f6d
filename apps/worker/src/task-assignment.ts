import { scopeOf } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import type {
  ComponentAssignment,
  SparkAssignment,
  TaskAssignment,
  VectorsAssignment,
} from "@letsdata/compute/task-protocol";
import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import { type DatasetConfig, logLevelOf, timeoutSecondsOf } from "@letsdata/dataset/dataset-config";
import { generatedNames } from "@letsdata/dataset/names";
import { type OwnedThing, ownerOf } from "@letsdata/dataset/resource-owners";
import { sparkStepOf } from "@letsdata/dataset/task-type";
import type { DatasetContext } from "./dataset-contexts.ts";
import { handlerOf, vectorsHandlerOf } from "./dataset-handler.ts";

/** What of a claimed task its process has to know. */
export type AssignedTask = Pick<
  ClaimedTask,
  | "tenantId"
  | "datasetId"
  | "datasetName"
  | "taskId"
  | "attempt"
  | "codeVersion"
  | "readerDefinition"
  | "lease"
  | "checkpoint"
>;

/** Everything one attempt needs, as JSON for the task process: no secret is in it. */
export function taskAssignment(
  installation: Installation,
  context: DatasetContext,
  claimed: AssignedTask,
  artifactDir: string,
  spark?: SparkAssignment,
): TaskAssignment {
  const { config } = context;
  const component = (name: "readConnector" | "writeConnector" | "errorConnector"): ComponentAssignment => {
    return {
      destination: config[name].connectorDestination,
      config: config[name],
      access: placeOf(installation, config, name),
    };
  };
  return {
    task: {
      tenantId: claimed.tenantId,
      datasetId: claimed.datasetId,
      datasetName: claimed.datasetName,
      taskId: claimed.taskId,
      attempt: claimed.attempt,
      codeVersion: claimed.codeVersion,
    },
    lease: claimed.lease,
    resumeFrom: claimed.checkpoint.position === null ? null : claimed.checkpoint,
    reader: { ...component("readConnector"), definition: claimed.readerDefinition },
    writer: component("writeConnector"),
    errorConnector: component("errorConnector"),
    handler: { ...handlerOf(config, sparkStepOf(claimed.readerDefinition)), artifactDir },
    vectors: vectorsOf(installation, config, claimed.datasetId),
    recordErrorPolicy: config.readConnector.recordErrorPolicy,
    limits: { timeoutSeconds: timeoutSecondsOf(config.computeEngine) },
    leastLogLevel: logLevelOf(config.computeEngine),
    ...(spark ? { spark } : {}),
  };
}

/** Where a thing's calls go, and with whose rights. */
function placeOf(installation: Installation, config: DatasetConfig, thing: OwnedThing): ComponentAssignment["access"] {
  const { region, accountId } = scopeOf(installation, config, thing);
  return {
    region,
    accountId,
    endpoint: installation.endpoint ?? null,
    purpose: ownerOf(config, thing) === "LetsData" ? "letsdata" : "customer",
  };
}

function vectorsOf(installation: Installation, config: DatasetConfig, datasetId: string): VectorsAssignment | null {
  const { computeEngine: engine } = config;
  const handler = vectorsHandlerOf(config);
  if (!handler || engine.computeEngineType !== "LAMBDA_AND_SAGEMAKER") return null;
  const { endpoint } = engine;
  return {
    endpointName:
      endpoint.sagemakerEndpointResourceLocation === "Customer"
        ? endpoint.sagemakerEndpointName
        : generatedNames(installation.stage, datasetId).endpoint,
    access: placeOf(installation, config, "endpoint"),
    implementation: handler.implementation ?? null,
  };
}
