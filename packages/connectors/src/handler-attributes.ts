import { classNameText, ownerAttribute, regionAttribute, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";

const languageText = {
  label: "Handler language",
  help: "Language of your handler. TypeScript counts as JavaScript once it is built.",
  example: "JAVASCRIPT",
  valueLabels: { JAVA: "Java", PYTHON: "Python", JAVASCRIPT: "JavaScript" },
  part: "handler",
} as const;

const artifactText = {
  label: "Handler package",
  help: "S3 address of your packaged handler: a .jar for Java, a .zip or .tgz for Python and JavaScript. It runs on every installation; a local one needs it.",
  part: "handler",
} as const;
const jarLink = field(
  textOf(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.{1,1020}\.jar$/i, "must be the S3 address of a .jar file"),
  { ...artifactText, example: "s3://code/clicks.jar" },
);
const archiveLink = field(
  textOf(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.{1,1020}\.(zip|tgz|tar\.gz)$/i,
    "must be the S3 address of a .zip or .tgz file",
  ),
  { ...artifactText, example: "s3://code/clicks.zip" },
).optional();
const artifactOwner = {
  artifactFileS3LinkResourceLocation: ownerAttribute({
    label: "Handler package belongs to",
    help: "Whose rights fetch the package: yours, through the access grant role, or LetsData's own.",
    example: "Customer",
    part: "handler",
  }),
};
const image = {
  interfaceECRImagePath: field(
    textOf(
      /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9][a-z0-9._/-]{0,254}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$/,
      "must be an image of Amazon ECR with its tag, such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/clicks:7",
    ),
    {
      label: "Handler image",
      help: "Lambda container image with your handler, in the compute engine's region. The tag is pinned to the digest it has when the dataset is created.",
      example: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/clicks:7",
      part: "handler",
    },
  ).optional(),
  interfaceECRImageResourceLocation: ownerAttribute({
    label: "Handler image belongs to",
    help: "Whose rights fetch the image: yours, through the access grant role, or LetsData's own.",
    example: "Customer",
    part: "handler",
  }),
};

const everyReader = {
  ...regionAttribute,
  recordErrorPolicy: field(z.enum(["ArchiveAndContinue", "FailTask"]).default("ArchiveAndContinue"), {
    label: "When a record fails",
    help: "The failed record is archived either way. Go on with the next one, or stop the task in front of it.",
    example: "ArchiveAndContinue",
    valueLabels: { ArchiveAndContinue: "Archive it and go on", FailTask: "Archive it and stop the task" },
    part: "handler",
  }),
  sagemakerVectorsInterfaceImplementationClassName: field(classNameText(), {
    label: "Vectors class",
    help: "Class that picks the texts to turn into vectors and builds the vector document. Needed in Java when the compute engine uses SageMaker.",
    example: "com.acme.PageVectors",
    part: "handler",
  }).optional(),
};

/** A handler class: required of Java, elsewhere only where the artifact's default module is not meant. */
export function handlerClass(label: string, help: string, example: string) {
  return field(classNameText(), { label, help, example, part: "handler" });
}

type Shape = Record<string, z.ZodType>;
type OptionalShape<S extends Shape> = { [K in keyof S]: z.ZodOptional<S[K]> };

function optionalShape<S extends Shape>(shape: S): OptionalShape<S> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, z.optional(schema)]),
  ) as OptionalShape<S>;
}

/**
 * One reader in its two kinds: Java states its classes and a JAR; Python and JavaScript take an archive or an image
 * and may leave classes out. `classes` are required of Java.
 */
export function readerInEveryLanguage<S extends Shape, C extends Shape>(shape: S, classes: C) {
  return z.discriminatedUnion("artifactImplementationLanguage", [
    z.strictObject({
      ...shape,
      artifactImplementationLanguage: field(z.literal("JAVA"), languageText),
      ...classes,
      artifactFileS3Link: jarLink,
      ...artifactOwner,
      ...everyReader,
    }),
    z.strictObject({
      ...shape,
      artifactImplementationLanguage: field(z.enum(["PYTHON", "JAVASCRIPT"]), languageText),
      ...optionalShape(classes),
      artifactFileS3Link: archiveLink,
      ...artifactOwner,
      ...image,
      ...everyReader,
    }),
  ]);
}
