import { existsSync, readFileSync } from "node:fs";
import { runCommand } from "./run-command.ts";

/** Installs on a Debian of which this process is root; elsewhere returns false. Throws what apt-get says. */
export async function installDebianPackages(names: readonly string[]): Promise<boolean> {
  if (!isDebian() || process.getuid?.() !== 0) return false;
  // Beside the results of what needs them, which may be read by programs.
  console.error(`installing Debian's ${names.join(", ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", ...names],
  ]) {
    const result = await runCommand("apt-get", args, { cwd: "/", env });
    if (result.code !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${result.output}`);
  }
  return true;
}

function isDebian(): boolean {
  return (
    existsSync("/etc/debian_version") ||
    (existsSync("/etc/os-release") && readFileSync("/etc/os-release", "utf8").includes("debian"))
  );
}
