/** A Lambda image as strict as the published templates: it counts the keys of every request and takes no batches. */
const keys = {
  SingleFileParser: {
    getS3FileType: [],
    getResolvedS3FileName: ["s3FileType", "fileName"],
    getRecordStartPattern: ["s3FileType"],
    getRecordEndPattern: ["s3FileType"],
    parseDocument: ["s3FileType", "fileName", "offsetBytes", "content", "startIndex", "endIndex"],
  },
  QueueMessageReader: { parseMessage: ["messageId", "messageAttributes", "messageBody"] },
  KinesisRecordReader: {
    parseMessage: ["streamArn", "shardId", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp", "data"],
  },
  DynamoDBStreamsRecordReader: {
    parseRecord: [
      "streamArn",
      "shardId",
      "eventId",
      "eventName",
      "identityPrincipalId",
      "identityType",
      "sequenceNumber",
      "sizeBytes",
      "streamViewType",
      "approximateCreationDateTime",
      "data",
    ],
  },
  DynamoDBTableItemReader: { parseDynamoDBItem: ["tableName", "segmentNumber", "data"] },
  SagemakerVectorsInterface: {
    extractDocumentElementsForVectorization: ["document"],
    constructVectorDoc: ["documentInterface", "vectorsMap"],
  },
};
const optional = { QueueMessageReader: ["messageGroupId", "messageDeduplicationId"] };

export const handler = async (event, context) => {
  try {
    if (!["Test", "Prod"].includes(process.env.LETS_DATA_STAGE)) throw new Error("no stage");
    if (typeof context.invokedFunctionArn !== "string") throw new Error("no context");
    const headers = { "Content-Type": "application/json" };
    return { StatusCode: 200, headers, body: { statusCode: "SUCCESS", data: execute(event) } };
  } catch (err) {
    const exception = { errorMessage: err.message, errorType: err.name, stackTrace: JSON.stringify(err.stack) };
    return { StatusCode: 500, headers: {}, body: { statusCode: "EXCEPTION", errorMessage: err.message, exception } };
  }
};

function execute({ requestId, interface: interfaceName, function: name, letsdataAuth, data, batchedData }) {
  for (const key of ["tenantId", "userId", "datasetName", "datasetId"]) {
    if (typeof letsdataAuth[key] !== "string") throw new Error(`no ${key}`);
  }
  if (typeof requestId !== "string" || requestId === "") throw new Error("no requestId");
  const expected = keys[interfaceName]?.[name];
  if (!expected) throw new Error(`interfaceName not yet supported ${interfaceName}`);
  if (batchedData.length !== 0) throw new Error("requires empty batchedData");
  const found = Object.keys(data).filter((key) => !optional[interfaceName]?.includes(key));
  if (found.join() !== expected.join()) throw new Error(`requires data keys ${expected}, got ${found}`);
  switch (name) {
    case "getS3FileType":
      return "LOG";
    case "getResolvedS3FileName":
      return `in/${data.fileName}`;
    case "getRecordStartPattern":
      return { recordHintType: "PATTERN", pattern: "{", offset: -1 };
    case "getRecordEndPattern":
      return null;
    case "parseDocument":
      if (data.startIndex !== 0 || data.endIndex !== new TextEncoder().encode(data.content).length) {
        throw new Error(`invalid endIndex ${data.endIndex}`);
      }
      return parse(data.content);
    case "extractDocumentElementsForVectorization":
      return extract(data.document.text);
    case "constructVectorDoc":
      return construct(data.documentInterface, data.vectorsMap);
    default:
      return result("Document", { documentId: "1", documentKeyValuesMap: { got: data } }, "SUCCESS");
  }
}

function parse(text) {
  if (text.startsWith("skip")) return result("SkipDoc", { skipMessage: text }, "SKIP");
  if (text.startsWith("error")) return result("ErrorDoc", { errorMessage: text }, "ERROR");
  if (text.startsWith("throw")) throw new TypeError(text);
  return result("Document", { documentId: text, documentKeyValuesMap: { text } }, "SUCCESS");
}

function extract(text) {
  if (text.startsWith("none")) return {};
  if (text.startsWith("number")) return { title: 7 };
  if (text.startsWith("refuse")) throw new TypeError(text);
  return { title: text };
}

function construct({ documentId, text }, vectors) {
  if (text.startsWith("drop")) return { documentType: "SkipDoc", skipMessage: text };
  if (text.startsWith("fail")) return { documentType: "ErrorDoc", errorMessage: text };
  if (text.startsWith("burst")) throw new TypeError(text);
  return { documentType: "Document", documentId, documentKeyValuesMap: { text, vectors } };
}

function result(documentType, fields, status) {
  return { nextRecordType: null, document: { documentType, ...fields }, status };
}
