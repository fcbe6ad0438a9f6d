import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Credentials } from "@letsdata/plugin-kit/connector";
import { UsageError } from "../exit-codes.ts";

/** Static keys of a profile of the AWS credentials file. */
export async function readSharedCredentials(
  env: Readonly<Record<string, string | undefined>>,
  profile: string,
): Promise<Credentials> {
  const path = env.AWS_SHARED_CREDENTIALS_FILE ?? join(homedir(), ".aws", "credentials");
  const text = await readFile(path, "utf8").catch(() => {
    throw new UsageError(`The AWS credentials file ${path} cannot be read.`);
  });
  const section = sectionOf(text, profile);
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey, aws_session_token } = section;
  if (!accessKeyId || !secretAccessKey) throw new UsageError(`${path} has no keys for the profile ${profile}.`);
  return { accessKeyId, secretAccessKey, ...(aws_session_token ? { sessionToken: aws_session_token } : {}) };
}

function sectionOf(text: string, profile: string): Record<string, string | undefined> {
  const found: Record<string, string> = {};
  let current = "";
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[\s*(.+?)\s*\]\s*$/.exec(line);
    if (heading) current = heading[1]!;
    const pair = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/.exec(line);
    if (pair && current === profile) found[pair[1]!] = pair[2]!;
  }
  return found;
}
