import { mkdir, rename } from "node:fs/promises";
import { type ArtifactLimits, defaultArtifactLimits, invalidArtifact } from "./artifact-limits.ts";
import { jarOf } from "./jar-of.ts";
import { kindOf } from "./unpack-artifact.ts";

/** Moves a JAR into a new artifact folder. Throws Problem ARTIFACT_INVALID or ARTIFACT_TOO_LARGE. */
export async function keepJar(file: string, artifactDir: string, limits: ArtifactLimits = defaultArtifactLimits) {
  if ((await kindOf(file, limits)) !== "zip") {
    throw invalidArtifact("The artifact is no JAR.", "Build one JAR of the handler's classes and all they need.");
  }
  await mkdir(artifactDir, { recursive: true });
  await rename(file, jarOf(artifactDir));
}
