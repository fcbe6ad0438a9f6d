import { findOrInstallTools } from "../find-or-install-tools.ts";

/** What handlers of other languages need: the machine's, else Debian's packages installed now. Throws what is missing. */
export function findOrInstallLanguages(): Promise<void> {
  return findOrInstallTools(
    [
      { name: "Python 3.9 or newer", probe: ["python3", "--version"], debianPackage: "python3" },
      { name: "a JDK", probe: ["javac", "--version"], debianPackage: "default-jdk-headless" },
    ],
    "The tests of handlers",
  );
}
