import { randomUUID } from "node:crypto";
import { alternate } from "./alternate.ts";
import { type BareTarget, bareKinesisTarget, bareS3Target, runBareTask } from "./bare-task.ts";
import type { BenchDatabase } from "./endpoints/bench-database.ts";
import type { BenchCloud } from "./endpoints/cloud.ts";
import { type BenchHandler, unpackHandlers } from "./handlers.ts";
import type { BenchRow } from "./result-table.ts";
import { flightLines, gzipped, gzippedPerRecord, makeStream, putSource, webPages } from "./sources.ts";
import { startWholeTasks, type TargetKind } from "./whole-task.ts";

const limit = { kind: "at least", of: "ratio", bar: 0.9 } as const;

/** (a) A whole data task, claim to settled, against a hand-written loop over the same file, handler and target. */
export async function overheadRows(
  { access }: BenchCloud,
  { db }: BenchDatabase,
  quick: boolean,
  report: (row: BenchRow) => void,
): Promise<void> {
  const handlers = await unpackHandlers();
  const tasks = await startWholeTasks(db, access);
  const bareTargets: Readonly<Record<TargetKind, () => BareTarget>> = {
    S3: () => bareS3Target(access, `bare/${randomUUID()}`),
    Kinesis: () => bareKinesisTarget(access),
  };
  const compare = async (
    what: string,
    key: string,
    packed: Buffer,
    handler: BenchHandler,
    target: TargetKind,
  ): Promise<BenchRow> => {
    await putSource(access, key, packed);
    const { product, bare, ratio } = await alternate(
      quick ? 4 : 12,
      () => tasks.run(key, { language: "JAVASCRIPT", artifactDir: handler.artifactDir }, target),
      () => runBareTask(access, key, handler, bareTargets[target]()),
    );
    return { row: "a", what: `${what} → ${target}`, unit: "records/s", value: product, bare, ratio, limit };
  };
  try {
    await makeStream(access);
    const { flights, webPages: pages } = handlers;
    const lines = flightLines(quick ? 40_000 : 120_000);
    const fewLines = flightLines(quick ? 8_000 : 30_000);
    const text = webPages(quick ? 3_000 : 8_000);
    report(await compare("whole task, gzip'd lines", "flights.gz", gzipped(lines), flights, "S3"));
    report(await compare("whole task, WET (a member per record)", "pages.wet.gz", gzippedPerRecord(text), pages, "S3"));
    report(await compare("whole task, WET (one member)", "one.wet.gz", gzipped(text.join("")), pages, "S3"));
    report(await compare("whole task, gzip'd lines", "few-flights.gz", gzipped(fewLines), flights, "Kinesis"));
  } finally {
    await tasks.stop();
    await handlers.remove();
  }
}
