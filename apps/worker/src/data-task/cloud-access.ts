import { sessionSource } from "@letsdata/aws/session-source";
import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import type { ComponentAssignment, ComponentPurpose, TaskAssignment } from "@letsdata/compute/task-protocol";
import type { CloudAccess, CredentialsSource } from "@letsdata/plugin-kit/connector";

/** Told of each call of the component. */
export interface RequestCounters {
  readonly reader: () => void;
  readonly writer: () => void;
}

/** One credentials source per purpose, so that reader, writer and sink share sessions. */
export function cloudAccess(
  { task, reader, writer }: TaskAssignment,
  channel: TaskChannel,
  counters?: RequestCounters,
) {
  const source = (purpose: ComponentPurpose) => sessionSource(() => channel.credentials(purpose));
  const sources: Readonly<Record<ComponentPurpose, CredentialsSource>> = {
    customer: source("customer"),
    letsdata: source("letsdata"),
  };
  const counterOf = (component: Pick<ComponentAssignment, "access">) =>
    component === reader ? counters?.reader : component === writer ? counters?.writer : undefined;
  return (component: Pick<ComponentAssignment, "access">): CloudAccess => {
    const { access } = component;
    return {
      region: access.region,
      accountId: access.accountId,
      datasetName: task.datasetName,
      endpoint: access.endpoint ?? undefined,
      credentials: sources[access.purpose],
      onRequest: counterOf(component),
    };
  };
}
