import { expect, test } from "vitest";
import { configDiff } from "./config-diff.ts";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { examples } from "./testing/example-bodies.ts";

const configs = examples.flatMap(({ body }) => {
  const parsed = parseDatasetConfig(body);
  return parsed.ok ? [parsed.config] : [];
});

test("a configuration does not differ from itself", () => {
  expect(configs.length).toBeGreaterThan(5);
  for (const config of configs) expect(configDiff(config, structuredClone(config))).toEqual([]);
});

test("every difference is told both ways round, under a label of the form", () => {
  for (const before of configs.slice(0, 8)) {
    for (const after of configs.slice(0, 8)) {
      const there = configDiff(before, after);
      const back = configDiff(after, before);
      expect(back.map(({ path }) => path).toSorted()).toEqual(there.map(({ path }) => path).toSorted());
      for (const change of there) expect(change.label).not.toContain("readConnector");
    }
  }
});

test("each change says what it restarts and which action makes it", () => {
  const before = {
    readConnector: { artifactFileS3Link: "s3://code/a.zip", bucketName: "a" },
    computeEngine: { computeEngineType: "LAMBDA", concurrency: 1, memoryLimitInMegabytes: 512 },
  };
  const after = {
    readConnector: { artifactFileS3Link: "s3://code/b.zip", bucketName: "b" },
    computeEngine: { computeEngineType: "LAMBDA", concurrency: 2, timeoutInSeconds: 60 },
  };
  const changes = Object.fromEntries(configDiff(before, after).map((change) => [change.path, change]));
  expect(changes["readConnector.artifactFileS3Link"]).toMatchObject({
    kind: "changed",
    before: "s3://code/a.zip",
    after: "s3://code/b.zip",
    action: "updateCode",
  });
  expect(changes["readConnector.bucketName"]).toMatchObject({ action: null });
  expect(changes["computeEngine.concurrency"]).toMatchObject({ action: "updateCompute", before: 1, after: 2 });
  expect(changes["computeEngine.memoryLimitInMegabytes"]).toMatchObject({ kind: "removed", before: 512 });
  expect(changes["computeEngine.timeoutInSeconds"]).toMatchObject({ kind: "added", after: 60 });
});

test("which Spark steps run is decided when the tasks are planned; where Spark runs can change", () => {
  const before = { computeEngine: { computeEngineType: "SPARK", runSparkInterfaces: "MAPPER_ONLY" } };
  const after = {
    computeEngine: {
      computeEngineType: "SPARK",
      runSparkInterfaces: "MAPPER_AND_REDUCER",
      sparkMasterUrl: "spark://host:7077",
    },
  };
  const actions = Object.fromEntries(configDiff(before, after).map(({ path, action }) => [path, action]));
  expect(actions).toEqual({
    "computeEngine.runSparkInterfaces": null,
    "computeEngine.sparkMasterUrl": "updateCompute",
  });
});
