import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { makeErrorRecord } from "@letsdata/plugin-kit/testing/error-sink-conformance";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, beforeAll, expect, test } from "vitest";
import { provisionStream } from "./kinesis/provision.ts";
import { openKinesisWriter } from "./kinesis/writer.ts";
import { readSecret } from "./read-secret.ts";
import { openS3ErrorSink } from "./s3/error-sink.ts";
import { openSingleFileReader } from "./s3/reader.ts";
import { lineSplitter } from "./testing/line-splitter.ts";
import { type OpenCloud, openCloud, task } from "./testing/open-cloud.ts";

const signal = new AbortController().signal;
let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

/** Access that counts what is sent with it. */
function counting(): { readonly access: CloudAccess; readonly count: () => number } {
  let requests = 0;
  const onRequest = () => {
    requests++;
  };
  return { access: { ...open.access, onRequest }, count: () => requests };
}

async function readObject(bucketName: string, access: CloudAccess): Promise<void> {
  const reader = openSingleFileReader({ bucketName, access, splitter: lineSplitter("a.log") });
  for await (const _ of reader.read(null, signal));
  await reader.close();
}

test("a read of S3 that goes without the SDK's middleware is counted, and so is each that is repeated", async () => {
  const bucketName = await open.bucket();
  await open.put(bucketName, "a.log", Buffer.from("one\ntwo\n"));
  const calm = counting();
  await readObject(bucketName, calm.access);
  expect(calm.count()).toBe(1);
  open.faults.add({ kind: "5xx", service: "s3", action: "GetObject", times: 2 });
  const faulty = counting();
  await readObject(bucketName, faulty.access);
  expect(faulty.count()).toBe(3);
});

test("calls of a writer are counted apart from those of a reader or an error sink with the same credentials, repeats included", async () => {
  const bucketName = await open.bucket();
  const config = { resourceLocation: "LetsData", kinesisStreamName: "counted", kinesisShardCount: 1 };
  await provisionStream(config, open.access, signal);
  const target = counting();
  const writer = await openKinesisWriter({ config, access: target.access });
  const opening = target.count();
  const batch = await prepareAll(writer, [makeDocument("a"), makeDocument("b")]);
  await writer.write(batch, signal);
  expect(target.count() - opening).toBe(1);
  open.faults.add({ kind: "5xx", service: "kinesis", action: "PutRecords", times: 1 });
  await writer.write(batch, signal);
  expect(target.count() - opening).toBe(3);
  await openS3ErrorSink({ config: { bucketName }, access: open.access, task }).archive([makeErrorRecord(1)], 1, signal);
  await open.put(bucketName, "a.log", Buffer.from("one\n"));
  await readObject(bucketName, open.access);
  expect(target.count() - opening).toBe(3);
  await writer.close();
});

test("a secret that is read for a target is no call to the target", async () => {
  const { access, count } = counting();
  const made = new CreateSecretCommand({ Name: "counted", SecretString: "geheim" });
  const { ARN } = await clientFor(SecretsManagerClient, open.access).send(made);
  expect(await readSecret(ARN!, "writeConnector.connectionSecretArn", access)).toBe("geheim");
  expect(count()).toBe(0);
});
