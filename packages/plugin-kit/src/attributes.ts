import { z } from "zod";
import { type FieldText, field } from "./config.ts";

/** Regions a dataset and its components may be in. */
export const regions = ["us-east-1", "us-east-2", "us-west-2", "eu-west-1", "ap-south-1", "ap-northeast-1"] as const;
export type Region = (typeof regions)[number];

export const regionAttribute = {
  region: field(z.enum(regions), {
    label: "Region",
    help: "AWS region of this component. Leave it out to use the dataset's region; reading and writing across regions works.",
    example: "eu-west-1",
  }).optional(),
};

export const resourceLocationLabels = { Customer: "Yours", LetsData: "Made by LetsData" } as const;

/** `Customer` or `LetsData`, as an ordinary attribute with `Customer` as default. */
export function ownerAttribute(text: Omit<FieldText, "valueLabels">) {
  return field(z.enum(["Customer", "LetsData"]).default("Customer"), { ...text, valueLabels: resourceLocationLabels });
}

/** The discriminator of a component: its default may be left out of the JSON. */
export function ownedBy<L extends "Customer" | "LetsData">(location: L, text: FieldText) {
  return field(z.literal(location), { ...text, valueLabels: resourceLocationLabels });
}
/** As `ownedBy`, and used when the attribute is absent. The inner `optional` lets a discriminated union match absence. */
export function ownedByDefault<L extends "Customer" | "LetsData">(location: L, text: FieldText) {
  return field(z.literal(location).optional().default(location), { ...text, valueLabels: resourceLocationLabels });
}

/** A text limited to what AWS accepts; `shape` says in words what the pattern means. */
export function textOf(pattern: RegExp, shape: string) {
  return z.string().regex(pattern, { error: shape });
}

export function wholeNumber(minimum: number, maximum: number) {
  return z
    .number()
    .int({ error: "must be a whole number" })
    .min(minimum, { error: `must be between ${minimum} and ${maximum}` })
    .max(maximum, { error: `must be between ${minimum} and ${maximum}` });
}

export const plainText = () => z.string().min(1, { error: "must not be empty" }).max(1024, { error: "is too long" });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketNameText = () =>
  textOf(
    /^(?=.{3,63}$)[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*(?<!-)$/,
    "must be an S3 bucket name: 3 to 63 lower-case letters, digits, hyphens and dots, without s3://",
  );
export const s3UriText = () =>
  textOf(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S(?:.{0,1022}\S)?$/,
    "must be the S3 address of one object, such as s3://bucket/folder/file",
  );
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export const queueNameText = () =>
  textOf(
    /^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$/,
    "must be a queue name, not its URL: up to 80 letters, digits, hyphens and underscores, a FIFO queue's with .fifo",
  );
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const streamNameText = () =>
  textOf(
    /^[A-Za-z0-9_.-]{1,128}$/,
    "must be a stream name, not its ARN: up to 128 letters, digits, hyphens, underscores and dots",
  );
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html, capped at our 128 */
export const tableNameText = () =>
  textOf(/^[A-Za-z0-9_.-]{3,128}$/, "must be a table name of 3 to 128 letters, digits, hyphens, underscores and dots");
export const attributeNameText = () =>
  textOf(/^\S(.{0,253}\S)?$/s, "must be an attribute name of at most 255 characters");
export const secretArnText = () =>
  textOf(
    /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}$/,
    "must be the ARN of a Secrets Manager secret",
  );
/** A Java class, or `path/module#Class` in Python and JavaScript. */
export const classNameText = () =>
  textOf(
    /^[\p{L}_$@][\p{L}\p{N}_$@./-]{0,510}(#[\p{L}_$][\p{L}\p{N}_$]*)?$/u,
    "must be a class: a full Java name such as com.acme.Parser, or path/module#Class in Python and JavaScript",
  );
export const textMap = () => z.record(z.string().min(1).max(256), z.string().max(4096));
