import type { Database } from "@letsdata/database/database";
import { type CodeInUse, codeInUse } from "@letsdata/database/stores/code-in-use";
import type { ArtifactCache, ArtifactFolder } from "./artifact-cache.ts";

/** Longer than a trial or an initialisation needs what it has just unpacked. */
const LEFT_ALONE_MS = 60 * 60_000;

export interface RemoveOldArtifactsInput {
  readonly database: Database;
  readonly artifacts: Pick<ArtifactCache, "folders">;
  /** Aborted: ends after the folder under way. */
  readonly signal: AbortSignal;
}

/**
 * Removes artifacts from this machine that no attempt can begin with any more: of datasets that are gone or deleted (whoever deletes one
 * clears its own disk only) and of versions before the present one. Several workers of a machine may do so at once.
 */
export async function removeOldArtifacts({ database, artifacts, signal }: RemoveOldArtifactsInput): Promise<void> {
  const folders = await artifacts.folders(Date.now() - LEFT_ALONE_MS);
  if (folders.length === 0 || signal.aborted) return;
  // Asked behind the listing: what is old by then is begun with by nobody later.
  const inUse = await codeInUse(database, [...new Set(folders.map(({ datasetId }) => datasetId))]);
  const byDataset = new Map(inUse.map((code) => [code.datasetId, code]));
  for (const folder of folders) {
    if (signal.aborted) return;
    if (!isNeeded(folder, byDataset.get(folder.datasetId))) await folder.remove();
  }
}

function isNeeded({ codeVersion, digest }: ArtifactFolder, code: CodeInUse | undefined): boolean {
  if (!code || digest === null) return false;
  // A later version is being checked by an update.
  if (codeVersion > code.codeVersion || code.runningVersions.includes(codeVersion)) return true;
  return codeVersion === code.codeVersion && (code.codeDigest === null || digest === code.codeDigest);
}
