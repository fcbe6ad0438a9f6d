/** Who has to act before the same call can succeed. */
export type Actor = "customer" | "aws" | "system";
/** Whether repeating helps: `never`, `later` (back off and repeat), `stop` (the caller lost its right to go on). */
export type Retry = "never" | "later" | "stop";

export interface ProblemEntry {
  readonly actor: Actor;
  readonly retry: Retry;
  readonly httpStatus: number;
  /** One line: what is wrong. */
  readonly title: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Every problem the product can report, once: thrown errors, retry decision, HTTP status, console text, troubleshooting page. */
export const problemCatalogue = {
  ACCESS_DENIED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "AWS refused the call",
    fix: "Add the named action on the named resource to the access grant role's policy.",
  },
  ACCESS_ROLE_TOO_OPEN: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The role can be assumed without the right external id",
    fix: "Add the condition StringEquals sts:ExternalId with your user id to the role's trust policy.",
  },
  ARTIFACT_INVALID: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The handler artifact cannot be used",
    fix: "Build the artifact again as described in the handlers guide and upload it.",
  },
  ARTIFACT_TOO_LARGE: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The handler artifact is larger than the engine can load",
    fix: "Leave out what the handler does not need; the limit is 250 MiB unpacked.",
  },
  BALANCE_BROKEN: {
    actor: "system",
    retry: "never",
    httpStatus: 500,
    title: "Records read are not the sum of written, skipped and errored",
    fix: "Redrive the task from the beginning and report this problem with the task's id.",
  },
  CLOUD_CALL_REFUSED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "AWS cannot carry out the call",
    fix: "Mend what AWS names in the message.",
  },
  CLOUD_UNAVAILABLE: {
    actor: "aws",
    retry: "later",
    httpStatus: 503,
    title: "The cloud service did not answer",
    fix: "The system tries again by itself; if it lasts, look at the service's status.",
  },
  CONFIG_INVALID: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The dataset configuration has problems",
    fix: "Mend each listed attribute.",
  },
  CREDENTIALS_EXPIRED: {
    actor: "system",
    retry: "later",
    httpStatus: 503,
    title: "The session's credentials expired",
    fix: "Nothing to do: the system takes a new session and tries again.",
  },
  DATABASE_UNAVAILABLE: {
    actor: "system",
    retry: "later",
    httpStatus: 503,
    title: "The database did not answer",
    fix: "The system tries again by itself; if it lasts, check that PostgreSQL runs.",
  },
  DATASET_NAME_TAKEN: {
    actor: "customer",
    retry: "never",
    httpStatus: 409,
    title: "A dataset of this name exists",
    fix: "Choose another datasetName; upper and lower case count as the same.",
  },
  FORBIDDEN: {
    actor: "customer",
    retry: "never",
    httpStatus: 403,
    title: "Your role does not allow this",
    fix: "Ask a TenantAdmin of your tenant.",
  },
  HANDLER_EXCEPTION: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The handler threw an exception",
    fix: "Mend the handler, update the code and redrive the task.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The idempotency key was used with another body",
    fix: "Send a new key for a new request.",
  },
  INTERNAL: {
    actor: "system",
    retry: "never",
    httpStatus: 500,
    title: "Something went wrong on our side",
    fix: "Try again; if it stays, report the request id.",
  },
  INVALID_HINT: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The handler returned a record pattern that cannot be used",
    fix: "Return a RecordParseHint with a non-empty pattern or an offset.",
  },
  LEASE_LOST: {
    actor: "system",
    retry: "stop",
    httpStatus: 409,
    title: "Another worker holds this task now",
    fix: "Nothing to do: the other worker goes on from the last checkpoint.",
  },
  MACHINE_FAILED: {
    actor: "system",
    retry: "later",
    httpStatus: 503,
    title: "A worker's machine lacks what the work needs",
    fix: "The system tries again by itself, elsewhere if there is another worker. Free what the message names on the worker's machine: disk, memory, files or processes.",
  },
  MANIFEST_CHANGED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The manifest changed while it was being planned",
    fix: "Finish writing the manifest, then redrive the dataset.",
  },
  INFERENCE_FAILED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The model gave no vectors that can be used",
    fix: 'Look at the endpoint\'s log: it must answer {"inputs":[…]} with one vector for each text, all of one length. Then redrive the task.',
  },
  MANIFEST_INVALID: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The manifest has bad lines",
    fix: "Mend each listed line.",
  },
  MAPPERS_FAILED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The reducer cannot start: mappers failed",
    fix: "Look at the errors of the mappers, mend what they name and redrive them: the reducer runs again behind them.",
  },
  NAME_TAKEN: {
    actor: "customer",
    retry: "never",
    httpStatus: 409,
    title: "This name is in use",
    fix: "Choose another name, or sign in if it is yours.",
  },
  NOT_AVAILABLE_LOCALLY: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The local installation cannot do this",
    fix: "Run the dataset on an installation in AWS, or choose what the message names instead.",
  },
  NOT_FOUND: {
    actor: "customer",
    retry: "never",
    httpStatus: 404,
    title: "There is no such thing here",
    fix: "Check the name or id.",
  },
  NO_PROGRESS: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "Three attempts moved nothing",
    fix: "Look at the last error; raise timeoutInSeconds or mend the handler, then redrive.",
  },
  OBJECT_ARCHIVED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The object is in cold storage",
    fix: "Restore the object in S3, or copy it to a storage class that is read at once; then redrive the task, or try again.",
  },
  OUT_OF_MEMORY: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The task needed more memory than configured",
    fix: "Raise memoryLimitInMegabytes or keep less in the handler.",
  },
  POSITION_EXPIRED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The source no longer holds the checkpoint's position",
    fix: "Redrive with RESTART_FROM_BEGINNING: the task reads what the source still holds. It replaces what it wrote to S3, so copy those objects first if the source cannot give their records again. Raise the source's retention for the next time.",
  },
  RATE_LIMITED: {
    actor: "customer",
    retry: "later",
    httpStatus: 429,
    title: "Too many requests",
    fix: "Wait a little and try again.",
  },
  RECORD_ERRORED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "A record failed and the dataset stops at failed records",
    fix: "Look at the task's error record, mend the handler or the record, then redrive the task.",
  },
  RECORD_TOO_LARGE_FOR_BRIDGE: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "What the handler reads in one call does not fit into a request to its Lambda function",
    fix: "Give the handler as an archive, so that it runs beside the task, or have its reader make documents of fewer records.",
  },
  REQUEST_INVALID: {
    actor: "customer",
    retry: "never",
    httpStatus: 400,
    title: "The request cannot be understood",
    fix: "Mend each listed part of the request.",
  },
  REQUEST_TOO_LARGE: {
    actor: "customer",
    retry: "never",
    httpStatus: 413,
    title: "The request's body is larger than 1 MiB",
    fix: "Put long manifests into S3 and name them in the configuration.",
  },
  RESOURCE_NOT_FOUND: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "A resource the dataset names does not exist",
    fix: "Create the resource, or correct its name, account or region.",
  },
  SOURCE_CHANGED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The source object changed under a checkpoint",
    fix: "Redrive the task with RESTART_FROM_BEGINNING.",
  },
  SOURCE_CORRUPT: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The source object is damaged",
    fix: "Upload the object again, then redrive the task with RESTART_FROM_BEGINNING.",
  },
  SOURCE_NOT_FOUND: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "What the task reads does not exist",
    fix: "Put the object, bucket, queue, stream or table back, or correct the manifest line, then redrive the task.",
  },
  TASK_CRASHED: {
    actor: "customer",
    retry: "later",
    httpStatus: 422,
    title: "The task's process ended unexpectedly",
    fix: "Look at the task's log; the system runs the task again from its checkpoint.",
  },
  TASK_TIMED_OUT: {
    actor: "customer",
    retry: "later",
    httpStatus: 422,
    title: "The attempt reached its time-out before it could drain",
    fix: "Raise timeoutInSeconds, or look for an endless loop in the handler; in Python and Java the error has the stack it was in.",
  },
  THROTTLED: {
    actor: "aws",
    retry: "later",
    httpStatus: 429,
    title: "The cloud service asked us to slow down",
    fix: "The system backs off by itself; raise the target's capacity if it lasts.",
  },
  TRANSITION_NOT_ALLOWED: {
    actor: "customer",
    retry: "never",
    httpStatus: 409,
    title: "The dataset's status does not allow this action",
    fix: "Wait for the status the message names, or stop the dataset first.",
  },
  TRIAL_NOT_POSSIBLE: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "This dataset cannot be tried first",
    fix: "Create a dataset over one small object that writes under a key prefix of its own, and look at what it wrote.",
  },
  TRIAL_REFUSED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "A trial would change the source",
    fix: "Raise the queue's maxReceiveCount, or try the handler on another queue with the same messages.",
  },
  UNAUTHENTICATED: {
    actor: "customer",
    retry: "never",
    httpStatus: 401,
    title: "You are not signed in",
    fix: "Sign in, or send a valid API key.",
  },
  UPLOAD_LOST: {
    actor: "system",
    retry: "later",
    httpStatus: 503,
    title: "An unfinished object was given up",
    fix: "Nothing to do: the task goes on from its last checkpoint in another attempt.",
  },
  WRITE_FAILED: {
    actor: "customer",
    retry: "never",
    httpStatus: 422,
    title: "The target kept refusing documents",
    fix: "Raise the target's capacity or mend its access, then redrive the task.",
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof problemCatalogue;

/** One finding about one place of an input. `path` is a JSON path such as `readConnector.bucketName`. */
export interface ProblemDetail {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
}

export interface ProblemOptions {
  /** JSON path of the offending attribute. */
  readonly path?: string;
  /** All findings, where one input has several. */
  readonly errors?: readonly ProblemDetail[];
  /** For logs only, never shown: no secrets, no record bodies. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The only error class of the product. `message` is public: it names the object and never holds a secret or a record body. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly path: string | undefined;
  readonly errors: readonly ProblemDetail[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.path = options.path;
    this.errors = options.errors ?? [];
    this.details = options.details ?? {};
  }

  get entry(): ProblemEntry {
    return problemCatalogue[this.code];
  }
}

/** Any thrown value as a Problem; what is not one becomes `fallback` without leaking its text into the public message. */
export function asProblem(thrown: unknown, fallback: ProblemCode = "INTERNAL"): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem(fallback, problemCatalogue[fallback].title, {
    cause: thrown,
    details: { thrown: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) },
  });
}
