import { z } from "zod";
import { operation } from "./operation.ts";

const place = {
  bucketName: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of a bucket"),
  prefix: z.string().max(1_024).default("").describe("what the keys begin with"),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as eu-west-1"),
  accessGrantRoleArn: z
    .string()
    .regex(/^arn:aws:iam::\d{12}:role\/.{1,576}$/, "must be the ARN of an IAM role")
    .describe("must allow s3:ListBucket on the bucket"),
};

export const builtManifestDto = z.object({
  count: z.number().int(),
  totalBytes: z.number(),
  medianBytes: z.number(),
  maxBytes: z.number(),
  /** Largest by median object: above about 10 a few tasks run much longer than the rest. */
  skew: z.number().nullable(),
  largest: z.array(z.object({ key: z.string(), bytes: z.number() })),
  /** Matching objects that cannot be a line: folder marks, keys with a line break or blanks at an end. */
  leftOut: z.number().int(),
  /** False when the listing was ended: too many objects for one manifest, or for the time of one call. */
  complete: z.boolean(),
  manifestBytes: z.number(),
  /** The manifest to use: the lines themselves, or the link to make with `commands`. Null when nothing matches or not all is listed. */
  manifestFile: z
    .discriminatedUnion("manifestType", [
      z.object({ manifestType: z.literal("S3ReaderTextManifestFile"), fileContents: z.string() }),
      z.object({
        manifestType: z.literal("S3ReaderS3LinkManifestFile"),
        manifestFileS3Uri: z.string(),
        readerManifestResourceLocation: z.literal("Customer"),
      }),
    ])
    .nullable(),
  /** `aws …` lines that write the linked manifest; empty for one inside the configuration. */
  commands: z.array(z.string()),
});

export const manifests = {
  build: operation
    .route({
      method: "POST",
      path: "/manifests/build",
      summary: "Make a manifest of the objects under a prefix",
      tags: ["datasets"],
    })
    .input(
      z.object({
        ...place,
        suffix: z.string().max(256).optional().describe("only keys that end so, such as .gz"),
        glob: z.string().max(256).optional().describe("only keys like this: * any letters, ? one letter"),
      }),
    )
    .output(builtManifestDto),
};

export type BuiltManifestDto = z.infer<typeof builtManifestDto>;
