import { sessionSource } from "@letsdata/aws/session-source";
import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import type { ComponentAssignment, ComponentPurpose, TaskAssignment } from "@letsdata/compute/task-protocol";
import type { CloudAccess, CredentialsSource } from "@letsdata/plugin-kit/connector";

/** One credentials source per purpose, so that reader, writer and sink share sessions and clients. */
export function cloudAccess({ task }: TaskAssignment, channel: TaskChannel) {
  const source = (purpose: ComponentPurpose) => sessionSource(() => channel.credentials(purpose));
  const sources: Readonly<Record<ComponentPurpose, CredentialsSource>> = {
    customer: source("customer"),
    letsdata: source("letsdata"),
  };
  return ({ access }: Pick<ComponentAssignment, "access">): CloudAccess => ({
    region: access.region,
    accountId: access.accountId,
    datasetName: task.datasetName,
    endpoint: access.endpoint ?? undefined,
    credentials: sources[access.purpose],
  });
}
