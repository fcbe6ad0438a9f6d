import { randomUUID } from "node:crypto";
import { alternate } from "./alternate.ts";
import { type BareTarget, bareKinesisTarget, bareS3Target, runBareTask } from "./bare-task.ts";
import { type BenchParser, flightParser, wetParser } from "./customer-handlers.ts";
import { startBenchCheckpoints } from "./endpoints/checkpoints.ts";
import type { BenchCloud } from "./endpoints/cloud.ts";
import type { BenchRow } from "./result-table.ts";
import { flightLines, gzipped, makeStream, putSource, wetFile } from "./sources.ts";
import { kinesisTargetWriter, runWholeTask, s3TargetWriter } from "./whole-task.ts";

const ratioBar = { kind: "at least", of: "ratio", bar: 0.8 } as const;

/** (a) A whole data task against a hand-written loop over the same file, handler and target. */
export async function overheadRows({ access }: BenchCloud, quick: boolean): Promise<BenchRow[]> {
  const checkpoints = startBenchCheckpoints();
  const rounds = quick ? 3 : 7;
  const targets = {
    S3: { writer: s3TargetWriter, bare: (): BareTarget => bareS3Target(access, `bare/${randomUUID()}`) },
    Kinesis: { writer: kinesisTargetWriter, bare: (): BareTarget => bareKinesisTarget(access) },
  };
  const compare = async (
    what: string,
    key: string,
    plain: Buffer,
    parser: BenchParser,
    target: keyof typeof targets,
  ): Promise<BenchRow> => {
    await putSource(access, key, gzipped(plain));
    const { product, bare } = await alternate(
      rounds,
      () => {
        const taskId = randomUUID();
        return runWholeTask({
          access,
          key,
          taskId,
          parser,
          checkpoints,
          writer: targets[target].writer(access, taskId),
        });
      },
      () => runBareTask(access, key, parser, targets[target].bare()),
    );
    return { row: "a", what: `${what} → ${target}`, unit: "records/s", value: product, bare, limit: ratioBar };
  };
  try {
    await makeStream(access);
    return [
      await compare("gzip'd lines", "flights.gz", flightLines(quick ? 60_000 : 250_000), flightParser, "S3"),
      await compare("gzip'd lines", "stream.gz", flightLines(quick ? 5_000 : 40_000), flightParser, "Kinesis"),
      await compare("WET", "pages.wet.gz", wetFile(quick ? 6_000 : 25_000), wetParser, "S3"),
      await compare("WET", "stream.wet.gz", wetFile(quick ? 1_500 : 8_000), wetParser, "Kinesis"),
    ];
  } finally {
    checkpoints.stop();
  }
}
