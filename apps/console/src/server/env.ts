import { z } from "zod";

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  LETSDATA_AUTH_SECRET: z.string().min(32),
  LETSDATA_CONSOLE_URL: z.url(),
  LETSDATA_STAGE: z.enum(["Test", "Prod"]).default("Test"),
  /** AWS account of the installation. */
  LETSDATA_INSTALLATION_ACCOUNT_ID: z.string().regex(/^\d{12}$/),
  LETSDATA_ALLOW_SIGN_UP: z.stringbool().default(false),
  AWS_ENDPOINT_URL: z.url().optional(),
  AWS_REGION: z.string().default("us-east-1"),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  AWS_SESSION_TOKEN: z.string().optional(),
});
export type Env = z.infer<typeof schema>;

/** Reads the settings once; names every one that is missing or wrong, never its value. */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The console's environment is incomplete:\n${names.join("\n")}`);
}
