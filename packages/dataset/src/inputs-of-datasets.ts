import type { DatasetConfig } from "./dataset-config.ts";
import { datasetOfGeneratedName } from "./names.ts";
import { type OwnedThing, ownerOf, pathOfThing } from "./resource-owners.ts";

/** An input that another dataset made. */
export interface InputOfDataset {
  /** JSON path of the attribute that names it. */
  readonly path: string;
  readonly name: string;
  readonly datasetId: string;
}

/** What a configuration reads with LetsData's own rights of what datasets made: they chain (product.md §1.1). */
export function inputsOfDatasets(config: DatasetConfig): readonly InputOfDataset[] {
  const { readConnector: read, manifestFile: manifest, computeEngine: engine } = config;
  const of = (thing: OwnedThing, path: string, name: unknown): readonly InputOfDataset[] => {
    if (typeof name !== "string" || ownerOf(config, thing) !== "LetsData") return [];
    const datasetId = datasetOfGeneratedName(name);
    return datasetId === null ? [] : [{ path, name, datasetId }];
  };
  const sources = Object.entries(read).filter(([attribute]) => sourceAttributes.has(attribute));
  return [
    ...sources.flatMap(([attribute, name]) => of("readConnector", `readConnector.${attribute}`, name)),
    ...of("artifact", pathOfThing.artifact, read.artifactFileS3Link),
    ...(manifest.manifestType === "S3ReaderS3LinkManifestFile"
      ? of("manifestFile", "manifestFile.manifestFileS3Uri", manifest.manifestFileS3Uri)
      : []),
    ...(engine.computeEngineType === "LAMBDA_AND_SAGEMAKER"
      ? of("modelFile", pathOfThing.modelFile, engine.model?.modelUrl)
      : []),
  ];
}

/** Of the read connectors: each has one of them. */
const sourceAttributes: ReadonlySet<string> = new Set(["bucketName", "queueName", "streamArn", "tableName"]);
