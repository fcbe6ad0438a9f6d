import { availableParallelism, hostname } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";

const seconds = (standard: number) => z.coerce.number().positive().max(3_600).default(standard);

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  LETSDATA_STATE_DIR: z.string().min(1),
  LETSDATA_STAGE: z.enum(["Test", "Prod"]).default("Test"),
  /** AWS account of the installation. */
  LETSDATA_INSTALLATION_ACCOUNT_ID: z.string().regex(/^\d{12}$/),
  AWS_ENDPOINT_URL: z.string().url().optional(),
  AWS_REGION: z.string().default("us-east-1"),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  AWS_SESSION_TOKEN: z.string().optional(),
  /** Tasks this worker runs at once, over all datasets. */
  LETSDATA_TASK_SLOTS: z.coerce.number().int().min(1).max(1_000).default(Math.max(2, availableParallelism())),
  LETSDATA_LEASE_SECONDS: seconds(12),
  /** How soon a waiting task, an expired lease or a settled dataset is noticed without a notification. */
  LETSDATA_POLL_SECONDS: seconds(1),
});

export interface WorkerSettings {
  readonly workerId: string;
  readonly databaseUrl: string;
  readonly stateDir: string;
  readonly stage: "Test" | "Prod";
  readonly installation: {
    readonly accountId: string;
    readonly region: string;
    readonly endpoint: string | undefined;
    readonly credentials: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };
  };
  readonly taskSlots: number;
  readonly leaseSeconds: number;
  readonly pollSeconds: number;
}

/** The only place of the worker that reads the environment. Throws with the names of what is missing or wrong. */
export function readWorkerSettings(environment: NodeJS.ProcessEnv, uniqueSuffix: string): WorkerSettings {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const findings = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The worker's environment is incomplete:\n${findings.join("\n")}`);
  }
  const env = parsed.data;
  return {
    workerId: `${hostname()}-${process.pid}-${uniqueSuffix}`,
    databaseUrl: env.DATABASE_URL,
    stateDir: resolve(env.LETSDATA_STATE_DIR),
    stage: env.LETSDATA_STAGE,
    installation: {
      accountId: env.LETSDATA_INSTALLATION_ACCOUNT_ID,
      region: env.AWS_REGION,
      endpoint: env.AWS_ENDPOINT_URL,
      credentials: {
        accessKeyId: env.AWS_ACCESS_KEY_ID,
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
        ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
      },
    },
    taskSlots: env.LETSDATA_TASK_SLOTS,
    leaseSeconds: env.LETSDATA_LEASE_SECONDS,
    pollSeconds: env.LETSDATA_POLL_SECONDS,
  };
}
