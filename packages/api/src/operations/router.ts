import { createApiKey } from "./api-keys/create-api-key.ts";
import { deleteApiKey } from "./api-keys/delete-api-key.ts";
import { listApiKeys } from "./api-keys/list-api-keys.ts";
import { open } from "./authorise.ts";
import { checkAccess } from "./datasets/check-access.ts";
import { compareConfig, compareRevisions } from "./datasets/compare-config.ts";
import { createDataset } from "./datasets/create-dataset.ts";
import { deleteDataset } from "./datasets/delete-dataset.ts";
import { listConfigRevisions } from "./datasets/list-config-revisions.ts";
import { listDatasets } from "./datasets/list-datasets.ts";
import { repairDataset } from "./datasets/repair-dataset.ts";
import { updateCode } from "./datasets/update-code.ts";
import { updateCompute } from "./datasets/update-compute.ts";
import { validateDataset } from "./datasets/validate-dataset.ts";
import { viewAccessPolicy } from "./datasets/view-access-policy.ts";
import { viewDataset } from "./datasets/view-dataset.ts";
import { listErrorRecords } from "./errors/list-error-records.ts";
import { listErrors } from "./errors/list-errors.ts";
import { viewErrorRecord } from "./errors/view-error-record.ts";
import { followDataset } from "./events/follow-dataset.ts";
import { followDatasets } from "./events/follow-datasets.ts";
import { listLogs, listTaskLogs } from "./logs/list-logs.ts";
import { buildManifest } from "./manifests/build-manifest.ts";
import { viewMetrics } from "./metrics/view-metrics.ts";
import { createRedrive } from "./redrives/create-redrive.ts";
import { listRequests } from "./requests/list-requests.ts";
import { viewRequest } from "./requests/view-request.ts";
import { viewSession } from "./session/view-session.ts";
import { createSignUp } from "./sign-up/create-sign-up.ts";
import { createStop } from "./stops/create-stop.ts";
import { viewHealth } from "./system/view-health.ts";
import { viewSchema } from "./system/view-schema.ts";
import { listTasks } from "./tasks/list-tasks.ts";
import { viewTask } from "./tasks/view-task.ts";
import { createTry } from "./tries/create-try.ts";
import { deleteTry } from "./tries/delete-try.ts";
import { viewTry } from "./tries/view-try.ts";
import { listDatasetUsage, listUsage } from "./usage/list-usage.ts";
import { listUsers } from "./users/list-users.ts";

/** Contract → operation; the compiler refuses one without the other. */
export const router = open.router({
  apiKeys: { list: listApiKeys, create: createApiKey, delete: deleteApiKey },
  datasets: {
    create: createDataset,
    validate: validateDataset,
    repair: repairDataset,
    accessPolicy: viewAccessPolicy,
    checkAccess,
    list: listDatasets,
    view: viewDataset,
    delete: deleteDataset,
    listConfigRevisions,
    updateCode,
    updateCompute,
    compareConfig,
    compareRevisions,
  },
  errors: { list: listErrors, listRecords: listErrorRecords, view: viewErrorRecord },
  events: { ofDataset: followDataset, ofDatasets: followDatasets },
  logs: { list: listLogs, listOfTask: listTaskLogs },
  manifests: { build: buildManifest },
  metrics: { view: viewMetrics },
  redrives: { create: createRedrive },
  requests: { list: listRequests, view: viewRequest },
  session: { view: viewSession },
  signUp: { create: createSignUp },
  stops: { create: createStop },
  system: { health: viewHealth, schema: viewSchema },
  tasks: { list: listTasks, view: viewTask },
  tries: { create: createTry, view: viewTry, delete: deleteTry },
  usage: { list: listUsage, listOfDataset: listDatasetUsage },
  users: { list: listUsers },
});
