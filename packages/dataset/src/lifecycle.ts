/** Every status of a dataset (product.md §9.1). */
export const datasetStatuses = [
  "CREATED",
  "INITIALIZING",
  "PROCESSING",
  "COMPLETED",
  "ERRORED",
  "REDRIVING",
  "UPDATING",
  "STOPPING_ERROR",
  "STOPPING_COMPLETE",
  "DESCALING",
  "DESCALED",
  "FREEZING",
  "FROZEN",
  "DELETING",
  "DELETED",
] as const;
export type DatasetStatus = (typeof datasetStatuses)[number];

/** `=` stays, `<` goes back to the status before. */
export type Target = DatasetStatus | "=" | "<";

type Row = Readonly<Partial<Record<DatasetStatus, Target>>>;

/** The table of the lifecycle: event → status → next status. What is absent is not allowed. */
export const datasetTransitions = {
  initialise: { CREATED: "INITIALIZING", INITIALIZING: "=" },
  planned: { INITIALIZING: "PROCESSING" },
  initFailed: { INITIALIZING: "ERRORED" },
  allCompleted: { PROCESSING: "COMPLETED" },
  settledErrors: { PROCESSING: "ERRORED" },
  stopWithError: { PROCESSING: "STOPPING_ERROR", REDRIVING: "STOPPING_ERROR" },
  stopWithComplete: { PROCESSING: "STOPPING_COMPLETE", REDRIVING: "STOPPING_COMPLETE" },
  drained: { STOPPING_ERROR: "ERRORED", STOPPING_COMPLETE: "COMPLETED" },
  /** Drained, and at least one task failed on its own. */
  drainedWithErrors: { STOPPING_ERROR: "ERRORED", STOPPING_COMPLETE: "ERRORED" },
  redrive: { PROCESSING: "=", COMPLETED: "REDRIVING", ERRORED: "REDRIVING", DESCALED: "REDRIVING" },
  redriveReady: { REDRIVING: "PROCESSING" },
  redriveFailed: { REDRIVING: "<" },
  update: { COMPLETED: "UPDATING", ERRORED: "UPDATING", DESCALED: "UPDATING" },
  updateEnded: { UPDATING: "<" },
  descale: { COMPLETED: "DESCALING", ERRORED: "DESCALING" },
  freeze: { COMPLETED: "FREEZING", ERRORED: "FREEZING", DESCALED: "FREEZING" },
  delete: {
    CREATED: "DELETING",
    INITIALIZING: "DELETING",
    COMPLETED: "DELETING",
    ERRORED: "DELETING",
    DESCALED: "DELETING",
    FROZEN: "DELETING",
    // A release that failed waits for its next try: asked for again it is tried at once.
    DELETING: "=",
  },
  released: { DESCALING: "DESCALED", FREEZING: "FROZEN", DELETING: "DELETED" },
  releaseFailed: { DESCALING: "=", FREEZING: "=", DELETING: "=" },
} as const satisfies Record<string, Row>;

export type DatasetEvent = keyof typeof datasetTransitions;
export const datasetEvents = Object.keys(datasetTransitions) as readonly DatasetEvent[];

/**
 * The status after `event`, or null where the table does not allow it.
 * `before` is the status the dataset had before the present one; without it an event that goes back is not allowed.
 */
export function nextStatus(status: DatasetStatus, event: DatasetEvent, before?: DatasetStatus): DatasetStatus | null {
  const row: Row = datasetTransitions[event];
  const target = Object.hasOwn(row, status) ? row[status] : undefined;
  if (target === undefined) return null;
  if (target === "=") return status;
  if (target === "<") return before ?? null;
  return target;
}

/** Statuses in which `event` is allowed: what a TRANSITION_NOT_ALLOWED message names. */
export function statusesAllowing(event: DatasetEvent): readonly DatasetStatus[] {
  return Object.keys(datasetTransitions[event]) as DatasetStatus[];
}

/** What a person may do to a dataset (product.md §9.3), with the event each action causes. */
export const datasetActions = {
  updateCode: "update",
  updateCompute: "update",
  redrive: "redrive",
  stopWithError: "stopWithError",
  stopWithComplete: "stopWithComplete",
  descale: "descale",
  freeze: "freeze",
  delete: "delete",
} as const satisfies Record<string, DatasetEvent>;
export type DatasetAction = keyof typeof datasetActions;

/** The actions the status allows now. */
export function allowedActions(status: DatasetStatus): readonly DatasetAction[] {
  return (Object.keys(datasetActions) as DatasetAction[]).filter((action) =>
    Object.hasOwn(datasetTransitions[datasetActions[action]], status),
  );
}

export const redrivePolicies = ["RESUME_FROM_CHECKPOINT", "RESTART_FROM_BEGINNING", "ERROR_RECORDS_ONLY"] as const;
export type RedrivePolicy = (typeof redrivePolicies)[number];

/** A completed dataset has nothing to resume: only its error records can be redriven. */
export function allowedRedrivePolicies(status: DatasetStatus): readonly RedrivePolicy[] {
  if (!allowedActions(status).includes("redrive")) return [];
  return status === "COMPLETED" ? ["ERROR_RECORDS_ONLY"] : redrivePolicies;
}

/** The five plain groups of the console, with the statuses each shows. */
export const statusGroups = {
  "Setting up": ["CREATED", "INITIALIZING", "UPDATING"],
  Running: ["PROCESSING", "REDRIVING", "STOPPING_ERROR", "STOPPING_COMPLETE"],
  Done: ["COMPLETED"],
  "Needs attention": ["ERRORED"],
  "Put away": ["DESCALING", "DESCALED", "FREEZING", "FROZEN", "DELETING", "DELETED"],
} as const satisfies Record<string, readonly DatasetStatus[]>;
export type StatusGroup = keyof typeof statusGroups;

export function statusGroupOf(status: DatasetStatus): StatusGroup {
  const groups = Object.keys(statusGroups) as StatusGroup[];
  return groups.find((group) => (statusGroups[group] as readonly DatasetStatus[]).includes(status))!;
}

/** Statuses in which the system itself has work to do for the dataset. */
export function isActive(status: DatasetStatus): boolean {
  return (
    status === "CREATED" ||
    status === "INITIALIZING" ||
    status === "PROCESSING" ||
    status === "REDRIVING" ||
    status === "UPDATING" ||
    status.startsWith("STOPPING") ||
    status === "DESCALING" ||
    status === "FREEZING" ||
    status === "DELETING"
  );
}

/** Only here may tasks start a new attempt. */
export function startsAttempts(status: DatasetStatus): boolean {
  return status === "PROCESSING";
}

/** Every status of a task (product.md §9.2). */
export const taskStatuses = ["CREATED", "QUEUED", "RUNNING", "COMPLETED", "ERRORED", "RERUN"] as const;
export type TaskStatus = (typeof taskStatuses)[number];

type TaskRow = Readonly<Partial<Record<TaskStatus, TaskStatus>>>;

/** event → status → next status; what is absent is not allowed. */
export const taskTransitions = {
  queue: { CREATED: "QUEUED", RERUN: "QUEUED" },
  claim: { QUEUED: "RUNNING" },
  complete: { RUNNING: "COMPLETED" },
  fail: { RUNNING: "ERRORED" },
  /** Drained before its time-out, timed out, or its lease expired. */
  rerun: { RUNNING: "RERUN" },
  redrive: { ERRORED: "QUEUED" },
  redriveErrorRecords: { ERRORED: "QUEUED", COMPLETED: "QUEUED" },
  stopWithError: { RUNNING: "ERRORED", CREATED: "ERRORED", QUEUED: "ERRORED", RERUN: "ERRORED" },
  stopWithComplete: { RUNNING: "COMPLETED", CREATED: "COMPLETED", QUEUED: "COMPLETED", RERUN: "COMPLETED" },
} as const satisfies Record<string, TaskRow>;
export type TaskEvent = keyof typeof taskTransitions;

export function nextTaskStatus(status: TaskStatus, event: TaskEvent): TaskStatus | null {
  const row: TaskRow = taskTransitions[event];
  return Object.hasOwn(row, status) ? (row[status] ?? null) : null;
}

/** A settled task stays as it is until someone redrives it. */
export function isSettledTask(status: TaskStatus): boolean {
  return status === "COMPLETED" || status === "ERRORED";
}

export const taskTypes = [
  "READER",
  "SQS",
  "KINESIS",
  "DYNAMODBSTREAMS",
  "DYNAMODB",
  "SPARK_MAPPER",
  "SPARK_REDUCER",
] as const;
export type TaskType = (typeof taskTypes)[number];
