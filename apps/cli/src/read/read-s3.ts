import { writeFile } from "node:fs/promises";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import type { Command } from "commander";
import { wholeNumber } from "../options.ts";
import { timeText } from "../printer.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";
import { gunzipIfGzip } from "./gunzip-if-gzip.ts";
import { openTarget, type ReadOptions, readOptions, resourceName } from "./read-target.ts";

interface BucketOptions extends ReadOptions {
  readonly bucketName?: string;
  readonly errors?: boolean;
}
interface ListOptions extends BucketOptions {
  readonly prefix?: string;
  readonly limit: number;
  readonly cursor?: string;
}
interface GetOptions extends BucketOptions {
  readonly key: string;
  readonly outFile?: string;
}

export function addReadS3Commands(s3: Command, surroundings: Surroundings): void {
  const bucket = (command: Command) =>
    readOptions(command)
      .option("--bucketName <name>", "the bucket")
      .option("--errors", "the dataset's error bucket instead of its output");

  leaf<ListOptions>(
    s3,
    surroundings,
    "list",
    "list objects",
    (command) =>
      bucket(command)
        .option("--prefix <prefix>", "beginning of the keys")
        .option("--limit <count>", "at most 1000", wholeNumber, 1000)
        .option("--cursor <cursor>", "nextCursor of the page before"),
    async (session, options) => {
      const { target, bucketName } = await openBucket(session, options);
      const page = await call("s3:ListBucket", bucketName, () =>
        target.client(S3Client).send(
          new ListObjectsV2Command({
            Bucket: bucketName,
            MaxKeys: options.limit,
            ...(options.prefix === undefined ? {} : { Prefix: options.prefix }),
            ...(options.cursor === undefined ? {} : { ContinuationToken: options.cursor }),
          }),
        ),
      );
      const items = (page.Contents ?? []).map((object) => ({
        key: object.Key ?? "",
        bytes: object.Size ?? 0,
        lastModified: object.LastModified?.getTime() ?? null,
      }));
      session.printer.list(
        { items, nextCursor: page.NextContinuationToken ?? null },
        {
          key: (object) => object.key,
          bytes: (object) => object.bytes,
          lastModified: (object) => timeText(object.lastModified),
        },
      );
    },
  );

  leaf<GetOptions>(
    s3,
    surroundings,
    "get",
    "print an object, unpacked when it is gzip",
    (command) =>
      bucket(command).requiredOption("--key <key>", "the object").option("--outFile <path>", "write it here"),
    async (session, options) => {
      const { target, bucketName } = await openBucket(session, options);
      const bytes = await call("s3:GetObject", `${bucketName}/${options.key}`, async () => {
        const answer = await target
          .client(S3Client)
          .send(new GetObjectCommand({ Bucket: bucketName, Key: options.key }));
        return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      });
      const plain = gunzipIfGzip(bytes);
      if (options.outFile === undefined) session.terminal.out(plain.toString("utf8"));
      else await writeFile(options.outFile, plain);
    },
  );
}

async function openBucket(session: CliSession, options: BucketOptions) {
  const component = options.errors ? "errorConnector" : "writeConnector";
  const target = await openTarget(session, options, component);
  const bucketName = options.bucketName ?? resourceName(target.dataset, component, "S3", "--bucketName");
  return { target, bucketName };
}

async function call<T>(action: string, resource: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (thrown) {
    throw classifyAwsError(thrown, { action, resource });
  }
}
