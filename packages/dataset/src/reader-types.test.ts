import { expect, test } from "vitest";
import { readerTypesOf } from "./reader-types.ts";

test("a source has the reader types that its schema allows, each once", () => {
  expect(readerTypesOf(["SQS"])).toEqual(["SQSQUEUEREADER"]);
  expect([...readerTypesOf(["S3", "KINESIS"])].sort()).toEqual([
    "KINESISSTREAMREADER",
    "MULTIPLEFILESTATEMACHINEREADER",
    "SINGLEFILEREADER",
    "SINGLEFILESTATEMACHINEREADER",
    "SPARKREADER",
  ]);
  expect(readerTypesOf([])).toEqual([]);
});
