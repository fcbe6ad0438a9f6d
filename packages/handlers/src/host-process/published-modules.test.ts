import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { supportTree } from "../javascript/support-tree.ts";

/**
 * What a published handler may import and need not pack (product specification, chapter 4): the names of the modules of
 * lets-data/letsdata-python-interface and lets-data/letsdata-javascript-interface. Members of a class behind its name.
 */
const inPython: Readonly<Record<string, readonly string[]>> = {
  "letsdata_interfaces.documents.CompositeDoc": ["CompositeDoc.getDocumentList"],
  "letsdata_interfaces.documents.Document": [
    ...["getDocumentType", "getDocumentId", "getRecordType", "getDocumentMetadata", "serialize", "getPartitionKey"],
    "getDocumentKeyValuesMap",
  ].map((name) => `Document.${name}`),
  "letsdata_interfaces.documents.DocumentType": [
    ...["CompositeDoc", "Document", "ErrorDoc", "SingleDoc", "SkipDoc", "fromValue"],
  ].map((name) => `DocumentType.${name}`),
  "letsdata_interfaces.documents.ErrorDoc": ["getErrorStartOffsetMap", "getErrorEndOffsetMap", "getErrorMessage"].map(
    (name) => `ErrorDoc.${name}`,
  ),
  "letsdata_interfaces.documents.SingleDoc": ["SingleDoc.isSingleDoc"],
  "letsdata_interfaces.documents.SkipDoc": ["getErrorStartOffsetMap", "getErrorEndOffsetMap", "getSkipMessage"].map(
    (name) => `SkipDoc.${name}`,
  ),
  "letsdata_interfaces.readers.model.ParseDocumentResult": ["getNextRecordType", "getDocument", "getStatus"].map(
    (name) => `ParseDocumentResult.${name}`,
  ),
  "letsdata_interfaces.readers.model.ParseDocumentResultStatus": ["SUCCESS", "ERROR", "SKIP", "fromValue"].map(
    (name) => `ParseDocumentResultStatus.${name}`,
  ),
  "letsdata_interfaces.readers.model.RecordHintType": ["OFFSET", "PATTERN", "fromValue"].map(
    (name) => `RecordHintType.${name}`,
  ),
  "letsdata_interfaces.readers.model.RecordParseHint": ["getRecordHintType", "getPattern", "getOffset"].map(
    (name) => `RecordParseHint.${name}`,
  ),
  "letsdata_utils.arn_utils": ["parse_arn", "parse_bucket_name_from_s3_uri"],
  "letsdata_utils.logging_utils": ["logger"],
  "letsdata_utils.request_utils": [
    "return500ResponseFromException",
    "getLambdaStageFromEnvironment",
    "isLambdaFunctionDatasetMicroservice",
    "getJsonObject",
  ],
  "letsdata_utils.secretmanager_util": [
    ...["get_instance", "get_secret_value_string", "get_secrets_value", "get_spark_aws_credentials"],
  ].map((name) => `SecretManagerUtil.${name}`),
  "letsdata_utils.stage": ["Stage.Test", "Stage.Prod", "Stage.fromValue"],
  "letsdata_utils.validations": ["letsdata_assert"],
};

const inJavaScript: Readonly<Record<string, readonly string[]>> = {
  "letsdata_interfaces/documents/CompositeDoc.js": ["CompositeDoc"],
  "letsdata_interfaces/documents/Document.js": ["Document"],
  "letsdata_interfaces/documents/DocumentType.js": [
    ...["DocumentType.Document", "DocumentType.ErrorDoc", "DocumentType.SkipDoc", "documentTypeFromString"],
  ],
  "letsdata_interfaces/documents/ErrorDoc.js": ["ErrorDoc"],
  "letsdata_interfaces/documents/SingleDoc.js": ["SingleDoc"],
  "letsdata_interfaces/documents/SkipDoc.js": ["SkipDoc"],
  "letsdata_interfaces/readers/model/ParseDocumentResult.js": ["ParseDocumentResult"],
  "letsdata_interfaces/readers/model/ParseDocumentResultStatus.js": [
    ...["ParseDocumentResultStatus.SUCCESS", "ParseDocumentResultStatus.ERROR", "ParseDocumentResultStatus.SKIP"],
    "parseDocumentResultStatusFromString",
  ],
  "letsdata_interfaces/readers/model/RecordHintType.js": [
    ...["RecordHintType.OFFSET", "RecordHintType.PATTERN", "recordHintTypeFromString"],
  ],
  "letsdata_interfaces/readers/model/RecordParseHint.js": ["RecordParseHint"],
  "letsdata_utils/arn_utils.js": ["parse_arn"],
  "letsdata_utils/logging_utils.js": ["logger"],
  "letsdata_utils/request_utils.js": [
    "return500ResponseFromException",
    "getLambdaStageFromEnvironment",
    "getJsonObject",
  ],
  "letsdata_utils/stage.js": ["Stage.Test", "Stage.Prod", "stageFromString"],
  "letsdata_utils/validations.js": ["letsdata_assert"],
};

function inSupportOfPython(program: string, input: unknown = null): unknown {
  const support = join(import.meta.dirname, "../python/host/support");
  const text = `import importlib, json, sys\nsys.path.insert(0, ${JSON.stringify(support)})\n${program}`;
  const options = { encoding: "utf8", input: JSON.stringify(input) } as const;
  const { status, stdout, stderr } = spawnSync("python3", ["-I", "-B", "-c", text], options);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

test("every name of the published modules in Python is supplied", () => {
  const program = `
from operator import attrgetter
def lacks(module, name):
    try:
        attrgetter(name)(importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        return str(error)
told = {module: [lacks(module, name) for name in names] for module, names in json.load(sys.stdin).items()}
print(json.dumps([lack for lacking in told.values() for lack in lacking if lack]))`;
  expect(inSupportOfPython(program, inPython)).toEqual([]);
});

test("every name of the published modules in JavaScript is supplied", async () => {
  const lacking: string[] = [];
  for (const [path, names] of Object.entries(inJavaScript)) {
    const module = await import(join(supportTree, path)).catch(() => ({}));
    for (const name of names) {
      const value = name.split(".").reduce<Record<string, unknown>>((owner, part) => owner?.[part] as never, module);
      if (value === undefined) lacking.push(`${name} of ${path}`);
    }
  }
  expect(lacking).toEqual([]);
});

const arns = {
  "arn:aws:s3:::bucket/a/key": ["arn", "aws", "s3", "", "", "a/key", "bucket"],
  "arn:aws:lambda:us-east-1:1:function:clicks:3": ["arn", "aws", "lambda", "us-east-1", "1", "clicks:3", "function"],
  "arn:aws:sqs:us-east-1:1:queue": ["arn", "aws", "sqs", "us-east-1", "1", "queue", null],
};
const partsOfArn = ["arn", "partition", "service", "region", "account", "resource", "resource_type"];
const expectedArns = Object.values(arns).map((parts) =>
  Object.fromEntries(partsOfArn.map((name, n) => [name, parts[n]])),
);

test("parse_arn takes ARNs apart alike in both languages and refuses what is none", async () => {
  const { parse_arn } = await import(join(supportTree, "letsdata_utils/arn_utils.js"));
  expect(Object.keys(arns).map((arn) => parse_arn(arn))).toEqual(expectedArns);
  expect(() => parse_arn("bucket")).toThrow("bucket is no ARN");
  const program = `
from letsdata_utils.arn_utils import parse_arn
try:
    parse_arn("bucket")
except ValueError as error:
    refused = str(error)
print(json.dumps([[parse_arn(arn) for arn in json.load(sys.stdin)], refused]))`;
  const [parsed, refused] = inSupportOfPython(program, Object.keys(arns)) as [unknown, string];
  expect(parsed).toEqual(expectedArns);
  expect(refused).toContain("bucket is no ARN");
});

test("published enumerations are texts in Python; a response tells the exception; a stage is read; an object becomes JSON", () => {
  const program = `
import os
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus
from letsdata_interfaces.readers.model.RecordHintType import RecordHintType
from letsdata_utils import request_utils
from letsdata_utils.stage import Stage
class Order:
    def __init__(self, items): self.items = items
os.environ["LETS_DATA_STAGE"] = "Prod"
try:
    {}["order"]
except KeyError as error:
    response = request_utils.return500ResponseFromException(error, None)
texts = [DocumentType.fromValue("SkipDoc"), ParseDocumentResultStatus.fromValue("ERROR"), RecordHintType.fromValue("OFFSET")]
print(json.dumps([
    texts,
    request_utils.getLambdaStageFromEnvironment() is Stage.Prod,
    response,
    request_utils.getJsonObject(Order([1, Order("a")])),
]))`;
  const [texts, isProd, response, plain] = inSupportOfPython(program) as [unknown, boolean, unknown, unknown];
  expect(texts).toEqual(["SkipDoc", "ERROR", "OFFSET"]);
  expect(isProd).toBe(true);
  expect(response).toMatchObject({
    StatusCode: 500,
    body: {
      statusCode: "EXCEPTION",
      exception: { errorType: "KeyError", stackTrace: expect.stringContaining("KeyError: 'order'") },
    },
  });
  expect(plain).toEqual({ items: [1, { items: "a" }] });
});
