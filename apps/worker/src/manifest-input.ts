import { componentAccess } from "@letsdata/access/component-access";
import type { Installation } from "@letsdata/access/installation";
import { openManifest } from "@letsdata/connectors/s3/manifest";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { lineGrammarOf } from "@letsdata/dataset/manifest-lines";
import type { ManifestInput } from "@letsdata/dataset/plan-tasks";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { DatasetContext } from "./dataset-contexts.ts";

/** Whether the lines of a manifest are the tasks; other sources cut themselves. */
export function hasManifestLines({ manifestFile: { manifestType } }: DatasetConfig): boolean {
  return manifestType === "S3ReaderTextManifestFile" || manifestType === "S3ReaderS3LinkManifestFile";
}

/**
 * The dataset's manifest, to be checked and planned: whenever it is opened again it must be the object it was at first, or MANIFEST_CHANGED
 * is thrown before the first byte.
 */
export function manifestInput(
  installation: Installation,
  { config, owner }: Pick<DatasetContext, "config" | "owner">,
  signal: AbortSignal,
): ManifestInput {
  const { manifestFile: manifest } = config;
  if (manifest.manifestType !== "S3ReaderTextManifestFile" && manifest.manifestType !== "S3ReaderS3LinkManifestFile")
    throw new Problem("INTERNAL", `${manifest.manifestType} has no lines.`);
  const access = componentAccess(installation, config, owner, "manifestFile");
  let etag: string | null = null;
  return {
    grammar: lineGrammarOf(config.readConnector.readerType),
    path:
      manifest.manifestType === "S3ReaderTextManifestFile"
        ? "manifestFile.fileContents"
        : "manifestFile.manifestFileS3Uri",
    open: async function* () {
      const opened = await openManifest(manifest, access, { etag, signal });
      ({ etag } = opened);
      yield* opened.bytes;
    },
  };
}
