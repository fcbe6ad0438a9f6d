import type { ErrorConnector, ReadConnector, WriteConnector } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { checkS3Error, checkS3Read, checkS3Write } from "./check-access.ts";
import type { S3ErrorConfig, S3ReadConfig, S3WriteConfig } from "./config.ts";
import { openS3ErrorSink } from "./error-sink.ts";
import {
  s3ErrorPermissions,
  s3ErrorReadPermissions,
  s3ReadPermissions,
  s3TargetReadPermissions,
  s3WritePermissions,
} from "./permissions.ts";
import { provisionBucket, removeBucket } from "./provision.ts";
import { openSingleFileReader, type S3ReaderDefinition } from "./reader.ts";
import { openStateMachineReader } from "./state-machine-reader.ts";
import { openS3Writer, removeS3TaskOutput } from "./writer.ts";

export const s3ReadConnector: ReadConnector<S3ReadConfig, S3ReaderDefinition> = {
  repeatsInOrder: "sameCode",
  permissions: s3ReadPermissions,
  checkAccess: checkS3Read,
  async openReader({ config: { bucketName, readerType }, access, splitters, combiner }) {
    if (combiner) return openStateMachineReader({ bucketName, access, combiner });
    const [splitter, second] = splitters;
    if (readerType === "SINGLEFILEREADER" && splitter && !second) {
      return openSingleFileReader({ bucketName, access, splitter });
    }
    throw new Problem("NOT_AVAILABLE_LOCALLY", `The reader ${readerType} is not available yet.`, {
      path: "readConnector.readerType",
    });
  },
};

export const s3WriteConnector: WriteConnector<S3WriteConfig> = {
  permissions: s3WritePermissions,
  readPermissions: s3TargetReadPermissions,
  checkAccess: checkS3Write,
  provision: provisionBucket,
  remove: removeBucket,
  openWriter: async (input) => openS3Writer(input),
  removeTaskOutput: removeS3TaskOutput,
};

export const s3ErrorConnector: ErrorConnector<S3ErrorConfig> = {
  permissions: s3ErrorPermissions,
  readPermissions: s3ErrorReadPermissions,
  checkAccess: checkS3Error,
  provision: provisionBucket,
  remove: removeBucket,
  openErrorSink: async (input) => openS3ErrorSink(input),
};
