import { expect, test } from "vitest";
import { sparkProperties } from "./spark-properties.ts";

const side = (bucket: string, region: string) =>
  ({ bucket, region, prefix: "", owner: "Customer", format: "csv", options: {} }) as const;
const given = {
  masterUrl: "local[*]",
  memoryMegabytes: 2_000,
  scratchDir: "/scratch/t1-1",
  endpoint: undefined,
  sides: [side("in", "eu-west-1"), side("out", "us-east-1")],
};

test("Spark is told its master, its memory and the region of each bucket", () => {
  expect(sparkProperties(given)).toMatchObject({
    "spark.master": "local[*]",
    "spark.driver.memory": "1200m",
    "spark.driver.host": "127.0.0.1",
    "spark.hadoop.fs.s3a.bucket.in.endpoint.region": "eu-west-1",
    "spark.hadoop.fs.s3a.bucket.out.endpoint.region": "us-east-1",
  });
});

test("an S3 elsewhere is reached by Spark's own configuration; AWS needs none", () => {
  const endpointIn = (properties: object) =>
    Object.keys(properties).filter((name) => /s3a\.(endpoint|path|conn)/.test(name));
  expect(endpointIn(sparkProperties(given))).toEqual([]);
  expect(sparkProperties({ ...given, endpoint: "http://127.0.0.1:9000" })).toMatchObject({
    "spark.hadoop.fs.s3a.endpoint": "http://127.0.0.1:9000",
    "spark.hadoop.fs.s3a.path.style.access": "true",
    "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
  });
});

test("a driver of a cluster keeps an address that its executors reach", () => {
  expect(sparkProperties({ ...given, masterUrl: "spark://master:7077" })).not.toHaveProperty("spark.driver.host");
});
