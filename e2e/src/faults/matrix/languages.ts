import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jarOf } from "@letsdata/handlers/artifact/jar-of";
import { buildJavaArtifact } from "@letsdata/handlers/java/host-classes";
import { type TestInstallation, testBuckets } from "../../installation/start-installation.ts";
import { handler, putNumberedLinesHandler } from "../numbered-dataset.ts";
import type { Source } from "./sources.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures");
export type Language = "JAVASCRIPT" | "PYTHON" | "JAVA";

/** The same handler in each language. */
const artifacts: Readonly<Record<Language, string>> = {
  JAVASCRIPT: `${handler}.zip`,
  PYTHON: `${handler}-python.zip`,
  JAVA: `${handler}.jar`,
};

/** Java's handler is compiled here, where a JDK is. */
export const languages: readonly Language[] = isThere("javac")
  ? ["JAVASCRIPT", "PYTHON", "JAVA"]
  : ["JAVASCRIPT", "PYTHON"];

export async function putHandlers(installation: TestInstallation): Promise<void> {
  await putNumberedLinesHandler(installation);
  await installation.putHandler(`${handler}-python`, join(fixtures, "handlers", `${handler}-python`));
  if (!languages.includes("JAVA")) return;
  const built = await buildJavaArtifact(join(fixtures, "java", handler));
  await installation.putObject(testBuckets.code, artifacts.JAVA, readFileSync(jarOf(built)));
}

/** What of the read connector follows from the handler's language. */
export function handlerIn(language: Language, source: Source): Readonly<Record<string, unknown>> {
  return {
    artifactImplementationLanguage: language,
    artifactFileS3Link: `s3://${testBuckets.code}/${artifacts[language]}`,
    ...(language === "JAVA" ? source.javaClasses : {}),
  };
}

function isThere(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}
