import { randomUUID } from "node:crypto";
import { alternate } from "./alternate.ts";
import { bareS3Target, runBareTask } from "./bare-task.ts";
import { type BenchParser, flightParser, wetParser } from "./customer-handlers.ts";
import { startBenchCheckpoints } from "./endpoints/checkpoints.ts";
import type { BenchCloud } from "./endpoints/cloud.ts";
import type { BenchRow } from "./result-table.ts";
import { flightLines, gzipped, putSource, wetFile } from "./sources.ts";
import { runWholeTask, s3TargetWriter } from "./whole-task.ts";

const ratioBar = { kind: "at least", of: "ratio", bar: 0.8 } as const;

/** (a) A whole data task against a hand-written loop over the same file, handler and target. */
export async function overheadRows({ access }: BenchCloud, quick: boolean): Promise<BenchRow[]> {
  const checkpoints = startBenchCheckpoints();
  const rounds = quick ? 3 : 7;
  const compare = async (what: string, key: string, plain: Buffer, parser: BenchParser): Promise<BenchRow> => {
    await putSource(access, key, gzipped(plain));
    const { product, bare } = await alternate(
      rounds,
      () => {
        const taskId = randomUUID();
        return runWholeTask({ access, key, taskId, parser, checkpoints, writer: s3TargetWriter(access, taskId) });
      },
      () => runBareTask(access, key, parser, bareS3Target(access, `bare/${randomUUID()}`)),
    );
    return { row: "a", what, unit: "records/s", value: product, bare, limit: ratioBar };
  };
  try {
    return [
      await compare("gzip'd lines → S3", "flights.gz", flightLines(quick ? 60_000 : 250_000), flightParser),
      await compare("WET → S3", "pages.wet.gz", wetFile(quick ? 6_000 : 25_000), wetParser),
    ];
  } finally {
    checkpoints.stop();
  }
}
