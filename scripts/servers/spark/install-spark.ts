import { existsSync } from "node:fs";
import { link, readdir } from "node:fs/promises";
import { join } from "node:path";
import { installJars, installPythonPackages } from "../install-packages.ts";

/** Spark as pip installs it, with hadoop-aws of its own Hadoop in its folder of JARs. Returns what SPARK_HOME is to be. */
export async function installSpark(): Promise<string> {
  const packages = await installPythonPackages("spark", join(import.meta.dirname, "requirements.txt"));
  const s3a = await installJars("spark-s3a", join(import.meta.dirname, "pom.xml"));
  const home = join(packages, "pyspark");
  for (const name of await readdir(s3a)) {
    const target = join(home, "jars", name);
    if (name.endsWith(".jar") && !existsSync(target)) await link(join(s3a, name), target);
  }
  return home;
}
