import { serveTasks } from "@letsdata/compute/local/serve-tasks";
import { taskServer } from "./data-task/task-server.ts";

// Entry of a task process. The worker starts it with a scrubbed environment and without rights to files but the program and one
// artifact; all it needs comes over the channel.
serveTasks(taskServer);
