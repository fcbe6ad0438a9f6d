import { expect, test } from "vitest";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { withGeneratedNames } from "./resolve-names.ts";
import {
  followingReducerOf,
  hasIntermediateBucket,
  mapperOutputUris,
  sparkArguments,
  sparkSides,
  sparkStepsOf,
} from "./spark-step.ts";
import { taskIdOf } from "./task-id.ts";
import { examples } from "./testing/example-bodies.ts";

const datasetId = "0123456789abcdef0123456789abcdef";
const between = `tldim${datasetId}`;

function configOf(runSparkInterfaces: string) {
  const body = examples.find(({ name }) => name === "Spark")!.body as Record<string, object>;
  const parsed = parseDatasetConfig({
    ...body,
    computeEngine: { ...body.computeEngine, runSparkInterfaces },
    writeConnector: {
      ...body.writeConnector,
      resourceLocation: "LetsData",
      s3KeyPrefix: "words/",
      sparkWriteOptions: { header: "true" },
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return withGeneratedNames(parsed.config, "Test", datasetId);
}
const argumentsOf = (steps: string, step: "mapper" | "reducer", readUris: readonly string[]) =>
  sparkArguments({ config: configOf(steps), step, taskId: "t1", intermediateBucket: between, readUris });

const name = configOf("MAPPER_ONLY").datasetName;
const fromSource = { readDestination: "S3", readFormat: "text", readOptions: { lineSep: "\n\n" } };
const toTarget = {
  writeDestination: "S3",
  writeUri: `s3a://tldwc${datasetId}/words/${name}/t1.csv`,
  writeFormat: "csv",
  writeMode: "overwrite",
  writeOptions: { header: "true" },
};

test("with both steps mappers leave gzip'd parquet between, which the reducer reads without options", () => {
  expect(argumentsOf("MAPPER_AND_REDUCER", "mapper", ["s3a://text/a"])).toEqual({
    appName: `${name}-t1`,
    ...fromSource,
    readUri: "s3a://text/a",
    ...toTarget,
    writeUri: `s3a://${between}/${name}/t1.parquet`,
    writeFormat: "parquet",
    writeOptions: { compression: "gzip" },
  });
  const { read } = sparkSides(configOf("MAPPER_AND_REDUCER"), "reducer", between);
  const readUris = mapperOutputUris(read, name, datasetId, 2);
  expect(readUris).toEqual(["0", "1"].map((line) => `s3a://${between}/${name}/${taskIdOf(datasetId, line)}.parquet`));
  expect(argumentsOf("MAPPER_AND_REDUCER", "reducer", readUris)).toEqual({
    appName: `${name}-t1`,
    readDestination: "S3",
    readUris,
    readFormat: "parquet",
    readOptions: {},
    ...toTarget,
  });
});

test("a step alone reads the source and writes the target", () => {
  const appName = `${name}-t1`;
  const mapper = { appName, ...fromSource, readUri: "s3a://text/a", ...toTarget };
  expect(argumentsOf("MAPPER_ONLY", "mapper", ["s3a://text/a"])).toEqual(mapper);
  const readUris = ["s3a://text/a", "s3a://text/b"];
  expect(argumentsOf("REDUCER_ONLY", "reducer", readUris)).toEqual({ appName, ...fromSource, readUris, ...toTarget });
});

test("only both steps have a bucket between them and a reducer that follows", () => {
  const table = ["MAPPER_AND_REDUCER", "MAPPER_ONLY", "REDUCER_ONLY"].map((steps) => {
    const config = configOf(steps);
    return [sparkStepsOf(config).join(), hasIntermediateBucket(config), followingReducerOf(config, datasetId)];
  });
  expect(table).toEqual([
    ["mapper,reducer", true, taskIdOf(datasetId, "reducer")],
    ["mapper", false, null],
    ["reducer", false, null],
  ]);
});
