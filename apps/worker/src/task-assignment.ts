import { scopeOf } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import type { ComponentAssignment, SparkAssignment, TaskAssignment } from "@letsdata/compute/task-protocol";
import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import { timeoutSecondsOf } from "@letsdata/dataset/dataset-config";
import { ownerOf } from "@letsdata/dataset/resource-owners";
import { sparkStepOf } from "@letsdata/dataset/task-type";
import type { DatasetContext } from "./dataset-contexts.ts";
import { handlerOf } from "./dataset-handler.ts";

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
    const { region, accountId } = scopeOf(installation, config, name);
    return {
      destination: config[name].connectorDestination,
      config: config[name],
      access: {
        region,
        accountId,
        endpoint: installation.endpoint ?? null,
        purpose: ownerOf(config, name) === "LetsData" ? "letsdata" : "customer",
      },
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
    recordErrorPolicy: config.readConnector.recordErrorPolicy,
    limits: { timeoutSeconds: timeoutSecondsOf(config.computeEngine) },
    ...(spark ? { spark } : {}),
  };
}
