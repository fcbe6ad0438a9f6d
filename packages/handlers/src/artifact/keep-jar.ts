import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { type ArtifactLimits, defaultArtifactLimits, invalidArtifact } from "./artifact-limits.ts";
import { kindOf } from "./unpack-artifact.ts";

/** A Java artifact's folder holds its JAR whole: classes are loaded from it as they are. */
export const jarOf = (artifactDir: string): string => join(artifactDir, "artifact.jar");

/** Moves a JAR into a new artifact folder. Throws Problem ARTIFACT_INVALID or ARTIFACT_TOO_LARGE. */
export async function keepJar(file: string, artifactDir: string, limits: ArtifactLimits = defaultArtifactLimits) {
  if ((await kindOf(file, limits)) !== "zip") {
    throw invalidArtifact("The artifact is no JAR.", "Build one JAR of the handler's classes and all they need.");
  }
  await mkdir(artifactDir, { recursive: true });
  await rename(file, jarOf(artifactDir));
}
