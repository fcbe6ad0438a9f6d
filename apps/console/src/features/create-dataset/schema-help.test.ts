import { datasetJsonSchema } from "@letsdata/dataset/json-schema";
import { describe, expect, it } from "vitest";
import { allowedValues, helpAt, type JsonSchema, missingProperties } from "./schema-help.ts";

const schema = datasetJsonSchema() as JsonSchema;

describe("help in the JSON editor", () => {
  it("offers the attributes of the chosen destination only", () => {
    const document = { writeConnector: { connectorDestination: "KINESIS" } };
    const names = missingProperties(schema, document, ["writeConnector"]).map((property) => property.name);
    expect(names).toContain("kinesisShardCount");
    expect(names).not.toContain("s3KeyPrefix");
    expect(names).not.toContain("connectorDestination");
  });
  it("offers every destination though one is chosen", () => {
    const values = allowedValues(schema, { writeConnector: { connectorDestination: "KINESIS" } }, [
      "writeConnector",
      "connectorDestination",
    ]);
    expect(values).toEqual(expect.arrayContaining(["S3", "KINESIS", "SQS"]));
  });
  it("explains an attribute", () => {
    expect(helpAt(schema, {}, ["datasetName"])?.description).toMatch(/Names the job/);
    expect(helpAt(schema, {}, ["nonsense"])).toBeNull();
  });
});
