import {
  bucketNameText,
  classNameText,
  ownedBy,
  ownedByDefault,
  ownerAttribute,
  regionAttribute,
  s3UriText,
  textMap,
  wholeNumber,
} from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { handlerClass, readerInEveryLanguage } from "../handler-attributes.ts";

const destinationText = {
  label: "Destination",
  help: "Objects in an S3 bucket.",
  example: "S3",
  valueLabels: { S3: "Amazon S3" },
};
const readerText = {
  label: "Reader type",
  help: "How records lie in your files: each on its own, in an order of types, spread over several files, or read by Spark.",
  example: "SINGLEFILEREADER",
  valueLabels: {
    SINGLEFILEREADER: "Independent records",
    SINGLEFILESTATEMACHINEREADER: "Record types in order",
    MULTIPLEFILESTATEMACHINEREADER: "Several files make a document",
    SPARKREADER: "Spark",
  },
};
const source = {
  connectorDestination: field(z.literal("S3"), destinationText),
  bucketName: field(bucketNameText(), {
    label: "Bucket",
    help: "Bucket that holds the objects the manifest names.",
    example: "clicks",
  }),
  bucketResourceLocation: ownerAttribute({
    label: "Bucket belongs to",
    help: "Customer: read with your access grant role. LetsData: read with the installation's own rights, for public buckets.",
    example: "Customer",
  }),
};

const singleFile = readerInEveryLanguage(
  { ...source, readerType: field(z.literal("SINGLEFILEREADER"), readerText) },
  {
    singleFileParserImplementationClassName: handlerClass(
      "Parser class",
      "Class that says where a record begins and ends and turns it into a document.",
      "com.acme.ClickParser",
    ),
  },
);
const singleFileStateMachine = readerInEveryLanguage(
  { ...source, readerType: field(z.literal("SINGLEFILESTATEMACHINEREADER"), readerText) },
  {
    singleFileStateMachineParserImplementationClassName: handlerClass(
      "Parser class",
      "Class that parses one record and says which type comes next.",
      "com.acme.TraceParser",
    ),
    singleFileStateMachineReaderImplementationClassName: handlerClass(
      "Reader class",
      "Class that combines parsed records into a document.",
      "com.acme.TraceReader",
    ),
  },
);
const multipleFileStateMachine = readerInEveryLanguage(
  { ...source, readerType: field(z.literal("MULTIPLEFILESTATEMACHINEREADER"), readerText) },
  {
    singleFileStateMachineParserImplementationClassNameMap: field(
      z
        .record(z.string().min(1).max(128), classNameText())
        .refine((map) => Object.keys(map).length > 0, { error: "must name at least one file type" }),
      {
        label: "Parser classes by file type",
        help: "For each file type of a manifest line, the class that parses files of that type.",
        example: { HEAD: "com.acme.HeadParser", LINE: "com.acme.LineParser" },
        part: "handler",
      },
    ),
    multipleFileStateMachineReaderClassName: handlerClass(
      "Reader class",
      "Class that reads the files of one line side by side and makes documents of them.",
      "com.acme.OrderReader",
    ),
  },
);
const sparkClasses = {
  sparkMapperImplementationClassName: handlerClass(
    "Mapper class",
    "Spark code that runs once for each manifest line. Java states it unless only the reducer runs.",
    "com.acme.WordMapper",
  ).optional(),
  sparkReducerImplementationClassName: handlerClass(
    "Reducer class",
    "Spark code that runs once over all the mappers wrote. Java states it unless only the mapper runs.",
    "com.acme.WordReducer",
  ).optional(),
};
const spark = readerInEveryLanguage(
  {
    ...source,
    readerType: field(z.literal("SPARKREADER"), readerText),
    sparkFileFormat: field(z.enum(["csv", "text", "json", "parquet"]), {
      label: "File format",
      help: "Format in which Spark reads the files.",
      example: "text",
    }),
    sparkReadOptions: field(textMap(), {
      label: "Read options",
      help: "Options handed to Spark's reader, name to text.",
      example: { lineSep: "\n\n" },
    }).optional(),
  },
  sparkClasses,
);

export const s3ReadConfig = z.discriminatedUnion("readerType", [
  singleFile,
  singleFileStateMachine,
  multipleFileStateMachine,
  spark,
]);
export type S3ReadConfig = z.infer<typeof s3ReadConfig>;

export const s3TextManifest = z.strictObject({
  manifestType: field(z.literal("S3ReaderTextManifestFile"), {
    label: "Manifest",
    help: "The list of work, written into the configuration.",
    example: "S3ReaderTextManifestFile",
    valueLabels: { S3ReaderTextManifestFile: "Lines given here" },
  }),
  fileContents: field(z.string().min(1, { error: "must have at least one line" }), {
    label: "Lines",
    help: "One task for each line: an object key, or TYPE:key|TYPE:key for the reader of several files. At most 512 KiB; put longer lists into S3.",
    example: "2026/a.log.gz\n2026/b.log.gz",
  }),
  ...regionAttribute,
});
export type S3TextManifest = z.infer<typeof s3TextManifest>;

export const s3LinkManifest = z.strictObject({
  manifestType: field(z.literal("S3ReaderS3LinkManifestFile"), {
    label: "Manifest",
    help: "The list of work, as an object in S3.",
    example: "S3ReaderS3LinkManifestFile",
    valueLabels: { S3ReaderS3LinkManifestFile: "Lines in an S3 object" },
  }),
  manifestFileS3Uri: field(s3UriText(), {
    label: "Manifest object",
    help: "S3 address of the list: one line a task, at most 1,000,000 lines, plain or gzip.",
    example: "s3://code/orders.txt",
  }),
  readerManifestResourceLocation: ownerAttribute({
    label: "Manifest object belongs to",
    help: "Whose rights fetch the list: yours, through the access grant role, or LetsData's own.",
    example: "Customer",
  }),
  ...regionAttribute,
});
export type S3LinkManifest = z.infer<typeof s3LinkManifest>;

const ownerText = {
  label: "Bucket belongs to",
  help: "LetsData makes a bucket for this dataset and opens it to your account; Customer writes into a bucket of yours.",
  example: "LetsData",
};
const customerBucket = field(bucketNameText(), {
  label: "Bucket",
  help: "Your bucket that receives the objects. A lifecycle rule that aborts incomplete multipart uploads after a day spares you the cost of what interrupted tasks leave.",
  example: "out",
});
const ourBucket = field(z.string(), {
  label: "Bucket",
  help: "Named by the system.",
  generated: true,
}).optional();
const prefix = {
  s3KeyPrefix: field(
    z
      .string()
      .max(512, { error: "must be at most 512 characters" })
      .regex(/^(?!\/)[^*?]*$/, { error: "must not begin with / and must not hold * or ?" })
      .default(""),
    { label: "Key prefix", help: "What precedes the generated object keys.", example: "orders/" },
  ),
};
const ownWriter = {
  writerType: field(z.literal("Default").optional().default("Default"), {
    label: "Writer",
    help: "Default: LetsData packs documents into objects. Spark: your Spark code writes.",
    example: "Default",
  }),
  ...prefix,
  s3FileFormat: field(z.enum(["JSONL", "PARQUET"]).default("JSONL"), {
    label: "File format",
    help: "JSON lines, or columns in Parquet files.",
    example: "JSONL",
    valueLabels: { JSONL: "JSON lines", PARQUET: "Parquet" },
  }),
  s3Compression: field(z.enum(["GZIP", "NONE", "ZSTD"]).default("GZIP"), {
    label: "Compression",
    help: "How objects are packed.",
    example: "GZIP",
    valueLabels: { GZIP: "gzip", NONE: "None", ZSTD: "Zstandard" },
  }),
  s3FileSizeInMegabytes: field(wholeNumber(1, 1024).default(64), {
    label: "Object size (MB)",
    help: "Size before compression at which an object is closed and the next one begins.",
    example: 64,
  }),
};
const sparkWriter = {
  writerType: field(z.literal("Spark"), {
    label: "Writer",
    help: "Your Spark code writes the files.",
    example: "Spark",
  }),
  ...prefix,
  sparkFileFormat: field(z.enum(["json", "csv", "parquet"]).default("json"), {
    label: "File format",
    help: "Format in which Spark writes.",
    example: "json",
  }),
  sparkWriteOptions: field(textMap(), {
    label: "Write options",
    help: "Options handed to Spark's writer, name to text.",
    example: { compression: "gzip" },
  }).optional(),
};
const target = { connectorDestination: field(z.literal("S3"), destinationText) };
const ours = { ...target, resourceLocation: ownedByDefault("LetsData", ownerText), bucketName: ourBucket };
const yours = { ...target, resourceLocation: ownedBy("Customer", ownerText), bucketName: customerBucket };

export const s3WriteConfig = z.discriminatedUnion("resourceLocation", [
  z.discriminatedUnion("writerType", [
    z.strictObject({ ...ours, ...ownWriter, ...regionAttribute }),
    z.strictObject({ ...ours, ...sparkWriter, ...regionAttribute }),
  ]),
  z.discriminatedUnion("writerType", [
    z.strictObject({ ...yours, ...ownWriter, ...regionAttribute }),
    z.strictObject({ ...yours, ...sparkWriter, ...regionAttribute }),
  ]),
]);
export type S3WriteConfig = z.infer<typeof s3WriteConfig>;

const errorText = {
  label: "Error bucket belongs to",
  help: "LetsData makes a bucket for error records; Customer writes them into a bucket of yours.",
  example: "LetsData",
};
export const s3ErrorConfig = z.discriminatedUnion("resourceLocation", [
  z.strictObject({
    ...target,
    resourceLocation: ownedBy("LetsData", errorText),
    bucketName: ourBucket,
    ...regionAttribute,
  }),
  z.strictObject({
    ...target,
    resourceLocation: ownedBy("Customer", errorText),
    bucketName: field(bucketNameText(), {
      label: "Error bucket",
      help: "Bucket for records your handler rejected or the target cannot take.",
      example: "errors",
    }),
    ...regionAttribute,
  }),
]);
export type S3ErrorConfig = z.infer<typeof s3ErrorConfig>;
