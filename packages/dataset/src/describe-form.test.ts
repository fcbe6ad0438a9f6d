import { describe, expect, test } from "vitest";
import { describeDatasetForm, type FormField } from "./describe-form.ts";
import { datasetFormSchema } from "./json-schema.ts";
import { variants } from "./schema-variants.ts";
import { completeBody } from "./testing/example-bodies.ts";

function fieldAt(config: unknown, path: string): FormField | undefined {
  const all = (fields: readonly FormField[]): readonly FormField[] =>
    fields.flatMap((field) => [field, ...all(field.fields)]);
  return all(describeDatasetForm(config)).find((field) => field.path === path);
}
const namesIn = (config: unknown, path: string) => fieldAt(config, path)?.fields.map((field) => field.name);

describe("the form", () => {
  test("of nothing asks for the deciding fields first", () => {
    expect(namesIn({}, "writeConnector")).toEqual(["connectorDestination", "resourceLocation", "region"]);
    expect(fieldAt({}, "readConnector.connectorDestination")?.choices.map((choice) => choice.value)).toEqual([
      "S3",
      "SQS",
      "KINESIS",
      "DYNAMODBSTREAMS",
      "DYNAMODB",
    ]);
    expect(fieldAt({}, "readConnector.connectorDestination")?.choices[1]?.label).toBe("Amazon SQS");
  });

  test("shows only fields that apply", () => {
    expect(namesIn(completeBody, "writeConnector")).toEqual([
      "connectorDestination",
      "resourceLocation",
      "kinesisShardCount",
      "region",
    ]);
    const own = { ...completeBody, writeConnector: { connectorDestination: "KINESIS", resourceLocation: "Customer" } };
    expect(fieldAt(own, "writeConnector.kinesisStreamName")).toMatchObject({
      required: true,
      kind: "text",
      label: "Stream",
    });
    const spark = { writeConnector: { connectorDestination: "S3", writerType: "Spark" } };
    expect(namesIn(spark, "writeConnector")).toContain("sparkFileFormat");
    expect(namesIn(spark, "writeConnector")).not.toContain("s3FileFormat");
  });

  test("keeps every choice open while one is taken", () => {
    expect(fieldAt(completeBody, "readConnector.readerType")?.choices).toHaveLength(4);
    expect(
      fieldAt(completeBody, "readConnector.artifactImplementationLanguage")?.choices.map((one) => one.label),
    ).toEqual(["Java", "Python", "JavaScript"]);
    expect(fieldAt(completeBody, "readConnector.readerType")?.decides).toBe(true);
    expect(
      fieldAt(
        {
          computeEngine: {
            computeEngineType: "LAMBDA_AND_SAGEMAKER",
            endpoint: { sagemakerEndpointResourceLocation: "LetsData", sagemakerEndpointType: "Provisioned" },
          },
        },
        "computeEngine.endpoint.sagemakerProvisioned.instanceType",
      )?.required,
    ).toBe(true);
  });

  test("every attribute has label, help and, unless it is a group or generated, an example", () => {
    const visit = (schema: ReturnType<typeof datasetFormSchema>, path: string) => {
      for (const variant of variants(schema))
        for (const [name, property] of Object.entries(variant.properties ?? {})) {
          const at = `${path}.${name}`;
          expect(property.title, at).toBeTruthy();
          expect(property.description, at).toMatch(/\.$/);
          if (variants(property).length > 0) visit(property, at);
          else if (!property["x-generated"]) expect(property.examples, at).toHaveLength(1);
        }
    };
    visit(datasetFormSchema(), "");
  });
});
