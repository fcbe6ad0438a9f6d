import { serveTasks } from "@letsdata/compute/local/serve-tasks";
import type { Measuring } from "@letsdata/pipeline/measure";
import { runAssignment } from "@letsdata/worker/data-task/run-assignment";
import { taskServer } from "@letsdata/worker/data-task/task-server";

const measuresNothing: Measuring = { atTime() {}, add() {}, addMany() {}, drain: () => [] };

// The worker's task process but for its measurements, so that their price can be told.
serveTasks({
  ...taskServer,
  run: (assignment, channel) => runAssignment(assignment, channel, { measuring: measuresNothing }),
});
