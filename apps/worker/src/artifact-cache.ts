import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentAccess, type DatasetOwner } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import { fetchObject } from "@letsdata/connectors/s3/fetch-object";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { unpackArtifact } from "@letsdata/handlers/artifact/unpack-artifact";
import { supplySupportModules } from "@letsdata/handlers/javascript/supply-support";
import { Problem } from "@letsdata/plugin-kit/problems";

/** Packed artifacts larger than this are refused before they are unpacked. */
const ARTIFACT_BYTES_MAX = 250 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 120_000;

export interface CachedArtifact {
  /** Folder that holds the handler tree. */
  readonly artifactDir: string;
  /** SHA-256 of the packed artifact, hex. */
  readonly digest: string;
}

export interface ArtifactCache {
  /**
   * The unpacked artifact of one code version on this machine, downloaded when it is not here yet. Throws Problem ARTIFACT_INVALID,
   * ARTIFACT_TOO_LARGE, SOURCE_NOT_FOUND or ACCESS_DENIED.
   */
  open(dataset: ArtifactOwner): Promise<CachedArtifact>;
  /** Forgets all versions of a dataset. */
  remove(datasetId: string): Promise<void>;
}

export interface ArtifactOwner {
  readonly datasetId: string;
  readonly codeVersion: number;
  readonly config: DatasetConfig;
  readonly owner: DatasetOwner;
  /** The digest initialisation saw; another one now means that the object was replaced under a running dataset. */
  readonly expectedDigest: string | null;
}

export function createArtifactCache(installation: Installation, directory: string): ArtifactCache {
  const opening = new Map<string, Promise<CachedArtifact>>();

  async function download(dataset: ArtifactOwner): Promise<CachedArtifact> {
    const versionDir = join(directory, dataset.datasetId, String(dataset.codeVersion));
    const known = readCached(versionDir);
    if (known) return known;
    const link = artifactLink(dataset.config);
    await rm(versionDir, { recursive: true, force: true });
    await mkdir(versionDir, { recursive: true, mode: 0o700 });
    const packed = join(versionDir, "packed");
    const access = componentAccess(installation, dataset.config, dataset.owner, "artifact");
    const { sha256: digest } = await fetchObject(link, packed, access, {
      bytesMax: ARTIFACT_BYTES_MAX,
      signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS),
    });
    if (dataset.expectedDigest !== null && dataset.expectedDigest !== digest) {
      throw new Problem("ARTIFACT_INVALID", `The artifact ${link} is not the one this dataset was checked with.`, {
        path: "readConnector.artifactFileS3Link",
        errors: [
          {
            path: "readConnector.artifactFileS3Link",
            code: "ARTIFACT_INVALID",
            message: "The object was replaced after the dataset was created.",
            fix: "Use Update Code to take the new artifact, or upload the old one again.",
          },
        ],
      });
    }
    const artifactDir = await unpackArtifact(packed, join(versionDir, "unpacked"));
    await supplySupportModules(artifactDir);
    await rm(packed);
    const cached = { artifactDir, digest };
    // Written last: a version without this file was never finished.
    await writeFile(join(versionDir, "ready.json.part"), JSON.stringify(cached));
    await rename(join(versionDir, "ready.json.part"), join(versionDir, "ready.json"));
    return cached;
  }

  return {
    open(dataset) {
      const key = `${dataset.datasetId}/${dataset.codeVersion}`;
      const known = opening.get(key);
      if (known) return known;
      const promise = download(dataset);
      opening.set(key, promise);
      // A failure is asked again next time: access may have been granted meanwhile.
      promise.catch(() => {}).finally(() => opening.delete(key));
      return promise;
    },
    remove: (datasetId) => rm(join(directory, datasetId), { recursive: true, force: true }),
  };
}

function readCached(versionDir: string): CachedArtifact | null {
  const file = join(versionDir, "ready.json");
  if (!existsSync(file)) return null;
  const cached = JSON.parse(readFileSync(file, "utf8")) as CachedArtifact;
  return existsSync(cached.artifactDir) ? cached : null;
}

function artifactLink(config: DatasetConfig): string {
  const { artifactFileS3Link } = config.readConnector;
  if (artifactFileS3Link) return artifactFileS3Link;
  throw new Problem("NOT_AVAILABLE_LOCALLY", "This installation runs handlers from artifactFileS3Link only.", {
    path: "readConnector.artifactFileS3Link",
  });
}
