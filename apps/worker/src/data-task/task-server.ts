import type { TaskServer } from "@letsdata/compute/local/serve-tasks";
import { handlerPlace } from "./handler-place.ts";
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
  describe: async (request) => {
    const { host, interfaceName } = handlerPlace(request.language, request.interfaceName);
    return host.describe({ ...request, interfaceName });
  },
};
