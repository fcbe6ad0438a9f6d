import type { TaskServer } from "@letsdata/compute/local/serve-tasks";
import { stackIn } from "@letsdata/handlers/language-host";
import { handlerPlace } from "./handler-place.ts";
import { languageHosts } from "./language-hosts.ts";
import { runAssignment } from "./run-assignment.ts";
import { runSparkStep } from "./run-spark-step.ts";
import { tryAssignment } from "./try-assignment.ts";

/** What a task process does for its worker. */
export const taskServer: TaskServer = {
  run(assignment, channel) {
    const { spark } = assignment;
    return spark ? runSparkStep({ ...assignment, spark }, channel) : runAssignment(assignment, channel);
  },
  tryOut: tryAssignment,
  handlerStack: () => stackIn(Object.values(languageHosts)),
  describe: async (request) => {
    const { host, interfaceName } = handlerPlace(request.language, request.interfaceName);
    return host.describe({ ...request, interfaceName });
  },
};
