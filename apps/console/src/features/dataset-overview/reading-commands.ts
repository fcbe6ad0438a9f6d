import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import {
  type WriteDestination,
  writeConnectorConfigs,
  writeConnectorEntry,
} from "@letsdata/connectors/config-catalogue";

/** Commands that read the output back, ready to run; null where there is nothing of ours to read. */
export function readingCommands(
  dataset: Pick<DatasetViewDto, "datasetName" | "writeConnector" | "customerAccessRoleArn">,
): readonly string[] | null {
  const { type, resourceLocation } = dataset.writeConnector;
  if (resourceLocation !== "LetsData" || dataset.customerAccessRoleArn === null) return null;
  if (!Object.hasOwn(writeConnectorConfigs, type)) return null;
  const commands = writeConnectorEntry(type as WriteDestination).readBack;
  return commands?.map((command) => `letsdata read ${command} --datasetName ${dataset.datasetName}`) ?? null;
}

/** The same access without our tools. */
export function assumeRoleCommand(roleArn: string, externalId: string): string {
  return `aws sts assume-role --role-session-name letsdata-reader \\\n  --role-arn ${roleArn} \\\n  --external-id ${externalId}`;
}
