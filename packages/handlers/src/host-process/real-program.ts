import { spawnSync } from "node:child_process";
import { isAbsolute } from "node:path";
import { Problem } from "@letsdata/plugin-kit/problems";

export interface LanguageRuntime {
  /** Such as `python3`. */
  readonly program: string;
  /** With these it tells where it really is, in what `readPath` reads from both its outputs. */
  readonly question: readonly string[];
  readonly readPath: (told: string) => string | null;
  /** For messages, as of a HostCommand. */
  readonly language: string;
  readonly installation: string;
}

const found = new Map<string, string>();
const patienceMilliseconds = 30_000;

/**
 * The program behind a name on the PATH, asked for once in the file system's root. What stands on the PATH may be a shim of pyenv, jenv,
 * asdf or mise, which takes the version from a file in the working folder, and a handler's is its artifact's: that would choose the
 * program which is to contain it. A program that is not there is its bare name; Problem NOT_AVAILABLE_LOCALLY where it does not work.
 */
export function realProgram({ program, question, readPath, language, installation }: LanguageRuntime): string {
  if (isAbsolute(program)) return program;
  const key = `${program}\n${process.env.PATH}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const told = spawnSync(program, question, { cwd: "/", encoding: "utf8", timeout: patienceMilliseconds });
  // Starting it says what is missing.
  if (told.error && "code" in told.error && told.error.code === "ENOENT") return program;
  const path = told.status === 0 ? readPath(`${told.stdout}\n${told.stderr}`) : null;
  if (path === null || !isAbsolute(path)) {
    const why = told.error?.message ?? (`${told.stderr}`.trim().slice(0, 500) || `exit code ${told.status}`);
    const message = `${language} handlers need ${installation} on this machine; \`${program}\` does not work: ${why}`;
    throw new Problem("NOT_AVAILABLE_LOCALLY", message);
  }
  found.set(key, path);
  return path;
}
