import { expect, test } from "vitest";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { examples } from "./testing/example-bodies.ts";

function problemsOf(body: unknown) {
  const parsed = parseDatasetConfig(body);
  return parsed.ok ? [] : parsed.problems;
}

test.each(["wc", "ec", "im", "md"])("no input of LetsData's is in a bucket of a dataset: tld%s", (kind) => {
  const bucket = `tld${kind}c4c5854fa92dba54ba706459d3b0440d`;
  const sagemaker = examples.find((example) => example.name === "SageMaker, own model")!.body as {
    readonly readConnector: object;
    readonly computeEngine: { readonly model: object };
  };
  const bodyOf = (bucketName: string, owner: string) => ({
    ...sagemaker,
    readConnector: {
      ...sagemaker.readConnector,
      bucketName,
      bucketResourceLocation: owner,
      artifactFileS3Link: `s3://${bucketName}/a.jar`,
      artifactFileS3LinkResourceLocation: owner,
    },
    manifestFile: { manifestFileS3Uri: `s3://${bucketName}/lines.txt`, readerManifestResourceLocation: owner },
    computeEngine: {
      ...sagemaker.computeEngine,
      model: {
        ...sagemaker.computeEngine.model,
        modelUrl: `s3://${bucketName}/m.tar.gz`,
        modelUrlResourceLocation: owner,
      },
    },
  });
  const problems = problemsOf(bodyOf(bucket, "letsdata"));
  expect(problems.map(({ path }) => path).sort()).toEqual([
    "computeEngine.model.modelUrl",
    "manifestFile.manifestFileS3Uri",
    "readConnector.artifactFileS3Link",
    "readConnector.bucketName",
  ]);
  for (const { message } of problems) expect(message).toContain(`is in ${bucket}, a bucket of a dataset`);
  expect(problemsOf(bodyOf(bucket, "Customer"))).toEqual([]);
  expect(problemsOf(bodyOf(`my-${bucket}`, "LetsData"))).toEqual([]);
});
