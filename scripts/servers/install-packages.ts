import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

const serversDir = join(import.meta.dirname, "../../.letsdata/servers");

/** The jars a pom.xml names and what they need, by package name from whatever repository Maven is set up for. Returns their folder. */
export function installJars(name: string, pomFile: string): Promise<string> {
  return installOnce(name, pomFile, "mvn", (folder) => [
    [
      "-q",
      "-B",
      "-f",
      pomFile,
      "dependency:copy-dependencies",
      `-DoutputDirectory=${folder}`,
      "-DincludeScope=runtime",
    ],
    {},
  ]);
}

/** The Python packages a requirements file names, by package name through pip. Returns their folder. */
export function installPythonPackages(name: string, requirementsFile: string): Promise<string> {
  return installOnce(name, requirementsFile, "python3", (folder) => [
    ["-m", "pip", "install", "--quiet", "--no-compile", "--target", folder, "--requirement", requirementsFile],
    {},
  ]);
}

/** The Go program that a file names as `module/path@version`, through the Go module proxy. Returns its folder. */
export async function installGoProgram(name: string, versionFile: string): Promise<string> {
  const program = (await readFile(versionFile, "utf8")).trim();
  return installOnce(name, versionFile, "go", (folder) => [["install", program], { GOBIN: folder, CGO_ENABLED: "0" }]);
}

/** Once a version: the folder keeps a copy of the file that named what is in it. */
async function installOnce(
  name: string,
  namedBy: string,
  command: string,
  callFor: (folder: string) => readonly [parameters: readonly string[], environment: Readonly<Record<string, string>>],
): Promise<string> {
  const folder = join(serversDir, name);
  const mark = join(folder, "installed");
  const wanted = await readFile(namedBy, "utf8");
  if (existsSync(mark) && (await readFile(mark, "utf8")) === wanted) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [parameters, environment] = callFor(folder);
  const { code, output } = await runCommand(command, parameters, {
    cwd: folder,
    env: { ...process.env, ...environment },
  });
  if (code !== 0) throw new Error(`${command} could not install ${name}:\n${output.slice(-2_000)}`);
  await writeFile(mark, wanted);
  return folder;
}
