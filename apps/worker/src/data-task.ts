import { serveTasks } from "@letsdata/compute/local/serve-tasks";
import { handlerPlace } from "./data-task/handler-place.ts";
import { runAssignment } from "./data-task/run-assignment.ts";
import { tryAssignment } from "./data-task/try-assignment.ts";

// Entry of a task process. The worker starts it with a scrubbed environment and without rights to files but the program and one
// artifact; all it needs comes over the channel.
serveTasks({
  run: runAssignment,
  tryOut: tryAssignment,
  describe: async (request) => {
    const { host, interfaceName } = handlerPlace(request.language, request.interfaceName);
    return host.describe({ ...request, interfaceName });
  },
});
