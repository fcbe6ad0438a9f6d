import { describe, expect, test } from "vitest";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { respellDatasetConfig } from "./respell.ts";
import { bodyWith, completeBody, examples } from "./testing/example-bodies.ts";

describe("respelling for the form", () => {
  test("gives canonical names and values, and says which it changed", () => {
    const { value, notices } = respellDatasetConfig(
      bodyWith({
        errorConnector: { connectorDestination: "s3", errorConnectorResourceLocation: "letsdata" },
        readConnector: { ...completeBody.readConnector, readerType: "Single File Reader" },
      }),
    );
    expect(value).toMatchObject({
      errorConnector: { connectorDestination: "S3", resourceLocation: "LetsData" },
      readConnector: { readerType: "SINGLEFILEREADER" },
    });
    expect(notices.map((notice) => notice.path)).toContain("errorConnector.errorConnectorResourceLocation");
  });

  test("drops nothing it does not know, and chooses nothing between two spellings that differ", () => {
    const unknown = bodyWith({ surprise: { of: ["any", "kind"] } });
    expect(respellDatasetConfig(unknown).value).toEqual(unknown);
    const torn = bodyWith({
      errorConnector: {
        connectorDestination: "S3",
        resourceLocation: "LetsData",
        errorConnectorResourceLocation: "Customer",
      },
    });
    expect(respellDatasetConfig(torn).value).toEqual(torn);
    for (const value of [null, 7, "text", [1]]) expect(respellDatasetConfig(value).value).toBe(value);
  });

  test("means the same to the parser", () => {
    for (const { body } of examples)
      expect(parseDatasetConfig(respellDatasetConfig(body).value)).toMatchObject({ ok: parseDatasetConfig(body).ok });
  });
});
