import { serveTasks } from "@letsdata/compute/local/serve-tasks";
import { describeJavaScriptArtifact } from "@letsdata/handlers/javascript/open-handler";
import { handlerInterface } from "./data-task/handler-interface.ts";
import { runAssignment } from "./data-task/run-assignment.ts";

// Entry of a task process. The worker starts it with a scrubbed environment and without rights to files but the program and one
// artifact; all it needs comes over the channel.
serveTasks({
  run: runAssignment,
  describe: async (request) =>
    describeJavaScriptArtifact({
      ...request,
      interfaceName: handlerInterface(request.language, request.interfaceName),
    }),
});
