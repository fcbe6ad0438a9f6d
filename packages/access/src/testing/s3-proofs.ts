import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchObject } from "@letsdata/connectors/s3/fetch-object";
import { openManifest } from "@letsdata/connectors/s3/manifest";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { makeBucket, ourArtifact } from "./make-resources.ts";
import type { Proof } from "./proof.ts";
import { archiveErrors, readRecords, writeAsDataset } from "./run-component.ts";

const signal = new AbortController().signal;
export const LINES = "one\ntwo\n";

export const s3Read: Proof = {
  thing: "readConnector",
  destination: "S3",
  about: "read S3",
  async prepare(name, customer) {
    await makeBucket(name, customer, { "a.log": LINES });
    return {
      readConnector: { connectorDestination: "S3", readerType: "SINGLEFILEREADER", bucketName: name, ...ourArtifact },
    };
  },
  run: (config, access) => readRecords(config, access, 2, "a.log"),
};
export const s3Write: Proof = {
  thing: "writeConnector",
  destination: "S3",
  about: "write S3",
  async prepare(name, customer) {
    await makeBucket(name, customer);
    return {
      writeConnector: {
        connectorDestination: "S3",
        resourceLocation: "Customer",
        bucketName: name,
        s3KeyPrefix: "p/",
        s3Compression: "NONE",
      },
    };
  },
  run: (config, access) => writeAsDataset(config, access),
};
export const s3Error: Proof = {
  thing: "errorConnector",
  destination: "S3",
  about: "archive errors in S3",
  async prepare(name, customer) {
    await makeBucket(name, customer);
    return { errorConnector: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: name } };
  },
  run: archiveErrors,
};

const artifact: Proof = {
  thing: "artifact",
  about: "fetch the artifact",
  async prepare(name, customer) {
    await makeBucket(name, customer, { "code.zip": "zip" });
    return {
      readConnector: {
        connectorDestination: "S3",
        readerType: "SINGLEFILEREADER",
        bucketName: "public",
        bucketResourceLocation: "LetsData",
        artifactImplementationLanguage: "JAVASCRIPT",
        artifactFileS3Link: `s3://${name}/code.zip`,
      },
    };
  },
  run: (config, access) => fetched(config.readConnector.artifactFileS3Link ?? "", access),
};

const manifest: Proof = {
  thing: "manifestFile",
  about: "read the manifest",
  async prepare(name, customer) {
    await makeBucket(name, customer, { "m.txt": "a\nb\n" });
    const manifestFileS3Uri = `s3://${name}/m.txt`;
    return { manifestFile: { manifestType: "S3ReaderS3LinkManifestFile", manifestFileS3Uri } };
  },
  async run({ manifestFile }, access) {
    if (manifestFile.manifestType !== "S3ReaderS3LinkManifestFile") throw new Error("no link");
    for await (const _ of (await openManifest(manifestFile, access, { signal })).bytes);
  },
};

const modelFile: Proof = {
  thing: "modelFile",
  about: "fetch the model file",
  async prepare(name, customer) {
    await makeBucket(name, customer, { "m.tar.gz": "model" });
    return {
      computeEngine: {
        computeEngineType: "LAMBDA_AND_SAGEMAKER",
        model: {
          modelResourceLocation: "LetsData",
          modelUrl: `s3://${name}/m.tar.gz`,
          modelContainerImageName: "HuggingFace_Inference_4_12_3",
        },
        endpoint: {
          sagemakerEndpointResourceLocation: "LetsData",
          sagemakerEndpointType: "Serverless",
          sagemakerServerless: { sagemakerEndpointConcurrency: 1, sagemakerMemoryLimitInMegabytes: 1024 },
        },
      },
    };
  },
  run: (_, access, name) => fetched(`s3://${name}/m.tar.gz`, access),
};

async function fetched(uri: string, access: CloudAccess): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "access-proof-"));
  try {
    await fetchObject(uri, join(folder, "object"), access, { bytesMax: 100, signal });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const s3Proofs: readonly Proof[] = [s3Read, s3Write, s3Error, artifact, manifest, modelFile];
