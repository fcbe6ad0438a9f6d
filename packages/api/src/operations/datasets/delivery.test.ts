import { expect, it } from "vitest";
import { deliveryOf } from "./delivery.ts";

const guaranteeOf = (source: string, target: string) =>
  deliveryOf({
    readConnector: { connectorDestination: source },
    writeConnector: { connectorDestination: target },
  }).guarantee;

it("promises each document once in Kafka only from sources that give the same records in the same order again", () => {
  expect(guaranteeOf("S3", "KAFKA")).toBe("effectively-once");
  expect(guaranteeOf("KINESIS", "KAFKA")).toBe("effectively-once");
  expect(guaranteeOf("DYNAMODBSTREAMS", "KAFKA")).toBe("effectively-once");
  expect(guaranteeOf("DYNAMODB", "KAFKA")).toBe("at-least-once");
  expect(guaranteeOf("SQS", "KAFKA")).toBe("at-least-once");
});

it("says that a code update after a crash repeats documents in Kafka where the code cuts the records", () => {
  const explanationOf = (connectorDestination: string) =>
    deliveryOf({ readConnector: { connectorDestination }, writeConnector: { connectorDestination: "KAFKA" } })
      .explanation;
  expect(explanationOf("S3")).toContain("code update");
  expect(explanationOf("KINESIS")).not.toContain("code update");
});

it("promises that a repeat replaces its earlier copy, whatever the source, where keys come from the document", () => {
  for (const source of ["S3", "SQS", "DYNAMODB"]) {
    expect(guaranteeOf(source, "DYNAMODB")).toBe("effectively-once");
    expect(guaranteeOf(source, "S3_VECTORS")).toBe("overwrite");
  }
});
