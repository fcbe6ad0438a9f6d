import { installDebianPackages } from "./debian-packages.ts";
import { runCommand } from "./run-command.ts";

export interface Tool {
  readonly name: string;
  /** Ends with 0 where the tool is there. */
  readonly probe: readonly [command: string, ...parameters: string[]];
  readonly debianPackage: string;
}

/** The machine's tools, else Debian's packages installed now. Throws what is missing and `neededBy` whom. */
export async function findOrInstallTools(tools: readonly Tool[], neededBy: string): Promise<void> {
  let missing = await missingOf(tools);
  if (missing.length > 0 && (await installDebianPackages(missing.map((tool) => tool.debianPackage)))) {
    missing = await missingOf(tools);
  }
  if (missing.length === 0) return;
  const names = missing.map(({ name, probe }) => `${name} (${probe.join(" ")})`).join(" and ");
  const packages = missing.map((tool) => tool.debianPackage).join(" ");
  throw new Error(`${neededBy} need ${names}. Debian: apt-get install ${packages}`);
}

async function missingOf(tools: readonly Tool[]): Promise<readonly Tool[]> {
  const found = await Promise.all(
    tools.map(async (tool) => {
      const [command, ...parameters] = tool.probe;
      return { tool, ...(await runCommand(command, parameters, { cwd: "/" })) };
    }),
  );
  return found.filter(({ code }) => code !== 0).map(({ tool }) => tool);
}
