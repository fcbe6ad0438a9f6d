import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface InstalledJava {
  /** Its program, or `java` for the one on the PATH. */
  readonly java: string;
  /** Such as 17. */
  readonly version: number;
}

/** Where Debian's, Red Hat's and Adoptium's packages put theirs. */
const usualFolder = "/usr/lib/jvm";

/**
 * The Java on the PATH first, then one of every other version found in the usual folder or named by `LETSDATA_JAVA_HOMES` (a list like
 * PATH). Throws where there is no Java at all, or a named one is not there: a test of Java that runs nothing must fail.
 */
export function installedJavas(): readonly [InstalledJava, ...InstalledJava[]] {
  const named = (process.env.LETSDATA_JAVA_HOMES ?? "").split(delimiter).filter(Boolean);
  const missing = named.find((home) => !existsSync(programIn(home)));
  if (missing !== undefined) throw new Error(`LETSDATA_JAVA_HOMES names ${missing}, which has no bin/java`);
  const usual = existsSync(usualFolder) ? readdirSync(usualFolder).map((name) => join(usualFolder, name)) : [];
  const homes = new Set([...named, ...usual].filter((home) => existsSync(programIn(home))).map((h) => realpathSync(h)));
  const first: InstalledJava = { java: "java", version: versionOf("java") };
  const others = new Map<number, InstalledJava>();
  for (const java of [...homes].sort().map(programIn)) {
    const version = versionOf(java);
    if (version !== first.version && !others.has(version)) others.set(version, { java, version });
  }
  return [first, ...others.values()];
}

function programIn(home: string): string {
  return join(home, "bin/java");
}

/** From the specification's version, which is 1.8 for Java 8. */
function versionOf(java: string): number {
  const told = spawnSync(java, ["-XshowSettings:properties", "-version"], { encoding: "utf8" });
  if (told.error) throw new Error(`${java} cannot be started: ${told.error.message}`);
  // The settings go to standard error.
  const version = /java\.specification\.version = (?:1\.)?(\d+)/.exec(told.stderr)?.[1];
  if (version === undefined) throw new Error(`${java} does not tell its version: ${told.stderr.slice(0, 500)}`);
  return Number(version);
}
