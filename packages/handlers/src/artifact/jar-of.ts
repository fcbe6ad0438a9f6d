import { join } from "node:path";

/** A Java artifact's folder holds its JAR whole: classes are loaded from it as they are. */
export const jarOf = (artifactDir: string): string => join(artifactDir, "artifact.jar");
