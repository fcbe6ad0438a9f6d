import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { componentAccess, type DatasetOwner } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import { fetchObject } from "@letsdata/connectors/s3/fetch-object";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { keepJar } from "@letsdata/handlers/artifact/keep-jar";
import { unpackArtifact } from "@letsdata/handlers/artifact/unpack-artifact";
import { supplySupportModules } from "@letsdata/handlers/javascript/supply-support";
import { machineTrouble } from "@letsdata/plugin-kit/machine-trouble";
import { Problem } from "@letsdata/plugin-kit/problems";

/** Packed artifacts larger than this are refused before they are unpacked. */
const ARTIFACT_BYTES_MAX = 250 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const RECORD_FILE = "artifact.json";
const DRAFT_SUFFIX = ".part";

export interface CachedArtifact {
  /** Folder that holds the handler tree. */
  readonly artifactDir: string;
  /** SHA-256 of the packed artifact, hex. */
  readonly digest: string;
}

export interface ArtifactCache {
  /**
   * The unpacked artifact of one code version on this machine, downloaded when it is not here yet or nothing says which it is. Throws
   * Problem ARTIFACT_INVALID, ARTIFACT_TOO_LARGE, SOURCE_NOT_FOUND, ACCESS_DENIED or MACHINE_FAILED.
   */
  open(dataset: ArtifactOwner): Promise<CachedArtifact>;
  /** Forgets one version of a dataset, or all. */
  remove(datasetId: string, codeVersion?: number): Promise<void>;
  /** Folders that were made before `madeBefore` (epoch milliseconds), those that a killed worker left half made among them. */
  folders(madeBefore: number): Promise<readonly ArtifactFolder[]>;
}

export interface ArtifactFolder {
  readonly datasetId: string;
  readonly codeVersion: number;
  /** Of the packed artifact; null: it is half made. */
  readonly digest: string | null;
  remove(): Promise<void>;
}

export interface ArtifactOwner {
  readonly datasetId: string;
  readonly codeVersion: number;
  readonly config: DatasetConfig;
  readonly owner: DatasetOwner;
  /**
   * The digest initialisation saw; another one now means that the object was replaced under a running dataset. Null: whatever the object
   * is now.
   */
  readonly expectedDigest: string | null;
}

export function createArtifactCache(installation: Installation, directory: string): ArtifactCache {
  const opening = new Map<string, Promise<CachedArtifact>>();

  /**
   * Each artifact has a folder of its own, named by its digest: a version whose initialisation failed may have had another one, which
   * tasks of other workers of this machine may still run from.
   */
  async function download(dataset: ArtifactOwner): Promise<CachedArtifact> {
    const { expectedDigest } = dataset;
    const versionDir = join(directory, dataset.datasetId, String(dataset.codeVersion));
    const known = expectedDigest === null ? null : await readCached(join(versionDir, expectedDigest));
    if (known) return known;
    const link = artifactLink(dataset.config);
    // Built beside the final folder and renamed whole, because several workers of a machine share these folders.
    const draft = join(versionDir, `${randomUUID()}${DRAFT_SUFFIX}`);
    await mkdir(draft, { recursive: true, mode: 0o700 });
    let finalDir: string;
    try {
      finalDir = join(versionDir, await build(dataset, link, draft));
      await rename(draft, finalDir).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    const cached = await readCached(finalDir);
    if (!cached) throw new Problem("INTERNAL", `The unpacked artifact ${link} disappeared from ${finalDir}.`);
    return cached;
  }

  /** Answers the digest. */
  async function build(dataset: ArtifactOwner, link: string, draft: string): Promise<string> {
    const packed = join(draft, "packed");
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
    const artifactDir = await takeArtifact(dataset.config.readConnector.artifactImplementationLanguage, packed, draft);
    await writeFile(join(draft, RECORD_FILE), JSON.stringify({ root: relative(draft, artifactDir), digest }));
    return digest;
  }

  return {
    open(dataset) {
      const key = `${dataset.datasetId}/${dataset.codeVersion}/${dataset.expectedDigest}`;
      const known = opening.get(key);
      if (known) return known;
      const promise = download(dataset).catch((error: unknown) => {
        throw machineTrouble(error) ?? error;
      });
      opening.set(key, promise);
      // A failure is asked again next time: access may have been granted meanwhile.
      promise.catch(() => {}).finally(() => opening.delete(key));
      return promise;
    },
    remove: (datasetId, codeVersion) =>
      removeFolder(join(directory, datasetId, ...(codeVersion === undefined ? [] : [String(codeVersion)]))),
    async folders(madeBefore) {
      const found: ArtifactFolder[] = [];
      for (const datasetId of await namesIn(directory)) {
        const datasetDir = join(directory, datasetId);
        for (const version of await namesIn(datasetDir)) {
          const versionDir = join(datasetDir, version);
          for (const name of await namesIn(versionDir)) {
            const made = await stat(join(versionDir, name)).catch(() => null);
            if (made === null || made.mtimeMs >= madeBefore) continue;
            const digest = name.endsWith(DRAFT_SUFFIX) ? null : name;
            const remove = async () => {
              await removeFolder(join(versionDir, name));
              // The folders around it stay where they hold others.
              for (const around of [versionDir, datasetDir]) await rmdir(around).catch(() => undefined);
            };
            found.push({ datasetId, codeVersion: Number(version), digest, remove });
          }
        }
      }
      return found;
    },
  };
}

const removeFolder = (path: string) => rm(path, { recursive: true, force: true });
const namesIn = (path: string): Promise<string[]> => readdir(path).catch(() => []);

async function takeArtifact(language: string, packed: string, draft: string): Promise<string> {
  const target = join(draft, "unpacked");
  if (language === "JAVA") {
    await keepJar(packed, target);
    return target;
  }
  const artifactDir = await unpackArtifact(packed, target);
  if (language === "JAVASCRIPT") await supplySupportModules(artifactDir);
  await rm(packed);
  return artifactDir;
}

async function readCached(versionDir: string): Promise<CachedArtifact | null> {
  const text = await readFile(join(versionDir, RECORD_FILE), "utf8").catch(() => null);
  if (text === null) return null;
  const { root, digest } = JSON.parse(text) as { root: string; digest: string };
  return { artifactDir: join(versionDir, root), digest };
}

function artifactLink(config: DatasetConfig): string {
  const { artifactFileS3Link } = config.readConnector;
  if (artifactFileS3Link) return artifactFileS3Link;
  throw new Problem("NOT_AVAILABLE_LOCALLY", "This installation runs handlers from artifactFileS3Link only.", {
    path: "readConnector.artifactFileS3Link",
  });
}
