import { apiKeys } from "./api-keys.ts";
import { datasets } from "./datasets.ts";
import { errors } from "./errors.ts";
import { events } from "./events.ts";
import { logs } from "./logs.ts";
import { manifests } from "./manifests.ts";
import { metrics } from "./metrics.ts";
import { redrives, requests, stops } from "./requests.ts";
import { session } from "./session.ts";
import { signUp } from "./sign-up.ts";
import { system } from "./system.ts";
import { tasks } from "./tasks.ts";
import { tries } from "./try-dataset.ts";
import { datasetUpdates } from "./update-dataset.ts";
import { usage } from "./usage.ts";
import { users } from "./users.ts";

/** Every operation of `/api/v1`: server, typed client, CLI and OpenAPI document read this one table. */
export const contract = {
  apiKeys,
  datasets: { ...datasets, ...datasetUpdates },
  errors,
  events,
  logs,
  manifests,
  metrics,
  redrives,
  requests,
  session,
  signUp,
  stops,
  system,
  tasks,
  tries,
  usage,
  users,
};
