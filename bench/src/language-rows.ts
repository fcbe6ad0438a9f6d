import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { alternate } from "./alternate.ts";
import type { BenchDatabase } from "./endpoints/bench-database.ts";
import type { BenchCloud } from "./endpoints/cloud.ts";
import type { BenchRow } from "./result-table.ts";
import { flightLines, gzipped, putSource, sourceBucket, targetBucket } from "./sources.ts";
import { startWholeTasks } from "./whole-task.ts";

const artifactDir = join(import.meta.dirname, "../handlers/flights-python");
const key = "language-flights.gz";

/** (b) A whole data task whose handler is not in JavaScript, against a loop in the handler's own language over the same file. */
export async function languageRows(cloud: BenchCloud, { db }: BenchDatabase, quick: boolean): Promise<BenchRow[]> {
  const { access } = cloud;
  await putSource(access, key, gzipped(flightLines(quick ? 40_000 : 120_000)));
  const tasks = await startWholeTasks(db, access);
  const bareTask = startBarePython(cloud);
  try {
    const { product, bare, ratio } = await alternate(
      quick ? 4 : 12,
      () => tasks.run(key, { language: "PYTHON", artifactDir }, "S3"),
      () => bareTask.run(),
    );
    return [
      {
        row: "b",
        what: "whole task, gzip'd lines → S3, handler in Python (bare: a loop in Python)",
        unit: "records/s",
        value: product,
        bare,
        ratio,
        limit: { kind: "at least", of: "ratio", bar: 0.8 },
      },
    ];
  } finally {
    bareTask.stop();
    await tasks.stop();
  }
}

function startBarePython({ access }: BenchCloud) {
  const program = join(import.meta.dirname, "bare_task.py");
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn("python3", ["-I", "-B", program, artifactDir], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout });
  return {
    async run(): Promise<number> {
      const { accessKeyId, secretAccessKey } = await access.credentials();
      const task = {
        endpoint: access.endpoint,
        key,
        source: `/${sourceBucket}/${key}`,
        target: `/${targetBucket}/bare/${randomUUID()}`,
        accessKeyId,
        secretAccessKey,
      };
      child.stdin.write(`${JSON.stringify(task)}\n`);
      const answer = await Promise.race([once(answers, "line"), once(answers, "close")]);
      if (answer.length === 0) throw new Error("the bare loop in Python ended early");
      return Number(answer[0]);
    },
    stop: () => child.stdin.end(),
  };
}
