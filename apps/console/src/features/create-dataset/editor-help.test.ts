import { describe, expect, it } from "vitest";
import { fieldAt, missingFields, templateOf } from "./editor-help.ts";

describe("help in the JSON editor", () => {
  it("offers the attributes of the chosen destination only, in any accepted spelling", () => {
    for (const connectorDestination of ["KINESIS", "Kinesis"]) {
      const document = { writeConnector: { connectorDestination } };
      const names = missingFields(document, ["writeConnector"]).map((field) => field.name);
      expect(names).toContain("kinesisShardCount");
      expect(names).not.toContain("s3KeyPrefix");
      expect(names).not.toContain("connectorDestination");
    }
  });
  it("offers every destination though one is chosen", () => {
    const document = { writeConnector: { connectorDestination: "KINESIS" } };
    const values = fieldAt(document, ["writeConnector", "connectorDestination"])?.choices.map(({ value }) => value);
    expect(values).toEqual(expect.arrayContaining(["S3", "KINESIS", "SQS"]));
  });
  it("explains an attribute", () => {
    expect(fieldAt({}, ["datasetName"])?.help).toMatch(/Names the job/);
    expect(fieldAt({}, ["nonsense"])).toBeNull();
  });
  it("writes an attribute with room for its value", () => {
    expect(templateOf(fieldAt({}, ["datasetName"])!)).toMatch(/^"datasetName": "\$\{\}"$/);
    expect(templateOf(fieldAt({}, ["readConnector"])!)).toContain("{\n");
  });
});
