import type { HandlerInterface } from "./artifact/locate-handler.ts";

/** Methods a class of each interface must have; an interface without an adapter is missing here. */
export const requiredMethods: Partial<Record<HandlerInterface, readonly string[]>> = {
  SingleFileParser: [
    "getS3FileType",
    "getResolvedS3FileName",
    "getRecordStartPattern",
    "getRecordEndPattern",
    "parseDocument",
  ],
  SingleFileStateMachineParser: [
    "getNextRecordStartPattern",
    "getNextRecordEndPattern",
    "getNextExpectedRecordType",
    "parseDocument",
  ],
  SingleFileStateMachineReader: ["getS3FileType", "getResolvedS3FileName", "parseDocument"],
  MultipleFileStateMachineReader: ["getS3FileTypes", "getResolvedS3FileNames", "parseDocument"],
  QueueMessageReader: ["parseMessage"],
  KinesisRecordReader: ["parseMessage"],
  DynamoDBStreamsRecordReader: ["parseRecord"],
  DynamoDBTableItemReader: ["parseDynamoDBItem"],
  SagemakerVectorsInterface: ["extractDocumentElementsForVectorization", "constructVectorDoc"],
  SparkMapperInterface: ["mapper"],
  SparkReducerInterface: ["reducer"],
};
