import { findOrInstallTools } from "../find-or-install-tools.ts";
import { tools } from "../tools.ts";

/** What handlers of other languages need: the machine's, else Debian's packages installed now. Throws what is missing. */
export function findOrInstallLanguages(): Promise<void> {
  return findOrInstallTools([tools.python, tools.jdk], "The tests of handlers");
}
