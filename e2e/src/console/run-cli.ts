import { join } from "node:path";
import { runCommand } from "../../../scripts/run-command.ts";

const repositoryDir = join(import.meta.dirname, "../../..");

/** One `letsdata` command line against the state folder's demo profile; throws with its output when it fails. */
export async function runCli(stateDir: string, ...args: readonly string[]): Promise<string> {
  const { code, output } = await runCommand(process.execPath, [join(repositoryDir, "apps/cli/src/main.ts"), ...args], {
    cwd: repositoryDir,
    env: { ...process.env, LETSDATA_STATE_DIR: stateDir },
  });
  if (code !== 0) throw new Error(`letsdata ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

export async function runCliJson<Answer>(stateDir: string, ...args: readonly string[]): Promise<Answer> {
  return JSON.parse(await runCli(stateDir, ...args)) as Answer;
}
