import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultModules, type ModuleLanguage, statedInArtifact } from "./locate-handler.ts";

/** The language of an artifact's own files: of the modules it states or has at the usual places, else of its entry. */
export function languageOfArtifact(artifactDir: string): ModuleLanguage {
  const has = (path: string): boolean => existsSync(join(artifactDir, path));
  const places = [...Object.values(statedInArtifact(artifactDir)), ...Object.values(defaultModules)];
  const paths = places.map((place) => (place ?? "").split("#")[0] as string);
  const isPython = paths.some((path) => path.endsWith(".py") || has(`${path}.py`));
  return isPython || (has("letsdata_lambda_function.py") && !has("index.js")) ? "PYTHON" : "JAVASCRIPT";
}
