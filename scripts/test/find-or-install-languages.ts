import { installDebianPackages } from "../debian-packages.ts";
import { runCommand } from "../run-command.ts";

/** What handlers of other languages need, as a contributor's machine has it; `--version` tells whether it is there. */
const needed = [
  { command: "python3", debianPackage: "python3", name: "Python 3.9 or newer" },
  { command: "javac", debianPackage: "default-jdk-headless", name: "a JDK" },
] as const;

/** Python and a JDK for the tests of handlers: the machine's, else Debian's packages installed now. Throws what is missing. */
export async function findOrInstallLanguages(): Promise<void> {
  let missing = await missingLanguages();
  if (missing.length > 0 && (await installDebianPackages(missing.map((language) => language.debianPackage)))) {
    missing = await missingLanguages();
  }
  if (missing.length === 0) return;
  const names = missing.map(({ name, command }) => `${name} (${command})`).join(" and ");
  const packages = missing.map((language) => language.debianPackage).join(" ");
  throw new Error(`The tests of handlers need ${names} on the PATH. Debian: apt-get install ${packages}`);
}

async function missingLanguages() {
  const found = await Promise.all(
    needed.map(async (language) => ({
      language,
      ...(await runCommand(language.command, ["--version"], { cwd: "/" })),
    })),
  );
  return found.filter(({ code }) => code !== 0).map(({ language }) => language);
}
