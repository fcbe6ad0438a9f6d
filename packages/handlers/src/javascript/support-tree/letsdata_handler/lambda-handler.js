import { answerBody, exceptionBody } from "./bodies.js";
import { bytesOf } from "./bytes-of.js";
import { stateMachineCalls } from "./read-windows.js";

/** @typedef {Readonly<Record<string, any>>} Data */
/** @typedef {new () => object} HandlerClass */

const headers = { "Content-Type": "application/json" };
/** Records one request may carry. */
const batch = 500;

/** @type {(data: Data) => unknown[]} */
const fileType = ({ s3FileType }) => [s3FileType];

/** Arguments of each published method from a request's `data`. @type {Readonly<Record<string, Readonly<Record<string, (data: Data) => unknown[]>>>>} */
const calls = {
  SingleFileParser: {
    getS3FileType: () => [],
    getResolvedS3FileName: ({ s3FileType, fileName }) => [s3FileType, fileName],
    getRecordStartPattern: fileType,
    getRecordEndPattern: fileType,
    parseDocument(data) {
      const bytes = bytesOf(data.content, data);
      return [data.s3FileType, data.fileName, data.offsetBytes, bytes, 0, bytes.length];
    },
  },
  QueueMessageReader: {
    parseMessage: (data) => [
      data.messageId,
      data.messageGroupId ?? null,
      data.messageDeduplicationId ?? null,
      data.messageAttributes ?? {},
      data.contentEncoding === "base64" ? new TextDecoder().decode(bytesOf(data.messageBody, data)) : data.messageBody,
    ],
  },
  KinesisRecordReader: {
    parseMessage: (data) => [
      data.streamArn,
      data.shardId,
      data.partitionKey,
      data.sequenceNumber,
      data.approximateArrivalTimestamp,
      bytesOf(data.data, data),
    ],
  },
  DynamoDBStreamsRecordReader: {
    parseRecord: (data) => [
      data.streamArn,
      data.shardId,
      data.eventId,
      data.eventName,
      data.identityPrincipalId,
      data.identityType,
      data.sequenceNumber,
      data.sizeBytes,
      data.streamViewType,
      data.approximateCreationDateTime,
      data.data.keys,
      data.data.oldImage,
      data.data.newImage,
    ],
  },
  DynamoDBTableItemReader: {
    parseDynamoDBItem: (data) => [data.tableName, data.segmentNumber, data.data.keys, data.data.item],
  },
  SagemakerVectorsInterface: {
    extractDocumentElementsForVectorization: (data) => [data.document],
    constructVectorDoc: (data) => [data.documentInterface, data.vectorsMap],
  },
};

/**
 * The function of a Lambda image: answers LetsData's requests with these classes: single records, batches, windows of state machines.
 * `export const handler = lambdaHandler({ SingleFileParser });`
 *
 * @param {Readonly<Record<string, HandlerClass>>} classes by interface name
 * @returns {(event: any, context?: any) => Promise<Readonly<Record<string, unknown>>>}
 */
export function lambdaHandler(classes) {
  return async (event, context) => {
    try {
      return { StatusCode: 200, headers, body: answerBody(await answer(classes, event, context)) };
    } catch (error) {
      return { StatusCode: 500, headers, body: exceptionBody(error) };
    }
  };
}

/** @param {Readonly<Record<string, HandlerClass>>} classes @param {any} event @param {any} context */
async function answer(classes, event, context) {
  const { interface: interfaceName, function: method, data, batchedData } = event;
  if (interfaceName === "LetsDataHost" && method === "describe") {
    return { protocol: 2, batch, interfaces: Object.keys(classes) };
  }
  const machineCall = stateMachineCalls[interfaceName]?.[method];
  if (machineCall && classes[interfaceName]) return await machineCall(classes, data, context);
  const argumentsOf = calls[interfaceName]?.[method];
  const Handler = classes[interfaceName];
  if (!argumentsOf || !Handler) throw new Error(`this function has no ${interfaceName}.${method}`);
  const handler = /** @type {any} */ (new Handler());
  if (!batchedData?.length) return await handler[method](...argumentsOf(data));
  const bodies = [];
  for (const item of batchedData) {
    try {
      bodies.push(answerBody(await handler[method](...argumentsOf(item))));
    } catch (error) {
      bodies.push(exceptionBody(error));
    }
  }
  return bodies;
}
