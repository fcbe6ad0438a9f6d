import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { supportTree } from "./support-tree.ts";

type DocumentClass = new (...args: readonly unknown[]) => Record<string, unknown>;

/** The artifact's own document classes, so that `instanceof` holds in customer code. */
export interface DocumentClasses {
  readonly ErrorDoc: DocumentClass;
  readonly SkipDoc: DocumentClass;
}

export async function loadDocumentClasses(artifactDir: string): Promise<DocumentClasses> {
  const load = async (name: string): Promise<DocumentClass> => {
    const place = join("letsdata_interfaces", "documents", `${name}.js`);
    // An artifact under development may have none of its own yet.
    const own = join(artifactDir, place);
    const file = existsSync(own) ? own : join(supportTree, place);
    const module = (await import(pathToFileURL(file).href)) as Record<string, DocumentClass>;
    return module[name] as DocumentClass;
  };
  return { ErrorDoc: await load("ErrorDoc"), SkipDoc: await load("SkipDoc") };
}
