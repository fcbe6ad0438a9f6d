import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { BenchCloud } from "./endpoints/cloud.ts";
import { sourceBucket, targetBucket } from "./sources.ts";

export interface BareProcess {
  /** The whole file from S3 to S3; answers its records. */
  run(): Promise<number>;
  stop(): void;
}

/** A bare loop in another language, in a process of its own that stays warm: it takes a line for each run and answers the records. */
export function startBareProcess(
  { access }: BenchCloud,
  key: string,
  command: string,
  parameters: readonly string[],
): BareProcess {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(command, parameters, {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run() {
      const { accessKeyId, secretAccessKey } = await access.credentials();
      const source = `/${sourceBucket}/${key}`;
      const target = `/${targetBucket}/bare/${randomUUID()}`;
      child.stdin.write(`${[access.endpoint, key, source, target, accessKeyId, secretAccessKey].join("\t")}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the bare loop of ${command} ended early`);
      return Number(value);
    },
    stop: () => child.stdin.end(),
  };
}
