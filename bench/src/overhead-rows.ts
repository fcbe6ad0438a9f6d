import { randomUUID } from "node:crypto";
import { alternate } from "./alternate.ts";
import { type BareTarget, bareKinesisTarget, bareS3Target, runBareTask } from "./bare-task.ts";
import { type BenchHandler, unpackHandlers } from "./handlers.ts";
import { type Scene, secondsOf } from "./scene.ts";
import { flightLines, gzipped, gzippedPerRecord, makeStream, putSource, webPages } from "./sources.ts";
import { startWholeTasks, toKinesis, toS3, type WholeTasks, type WriteTarget } from "./whole-task.ts";

/** A source object and who handles it. */
export interface OverheadFile {
  readonly key: string;
  readonly handler: BenchHandler;
}

/** (a) A whole data task, claim to settled, against a hand-written loop over the same file, handler and target. */
export async function overheadRows(scene: Scene): Promise<void> {
  const { cloud, quick, parts } = scene;
  const { access } = cloud;
  await makeStream(access);
  const handlers = await unpackHandlers();
  parts.defer(handlers.remove);
  const tasks = await startWholeTasks(scene);
  const bareS3 = () => bareS3Target(access, `bare/${randomUUID()}`);
  const compareWith = async (
    what: string,
    file: OverheadFile,
    packed: Buffer,
    to: WriteTarget,
    bare: () => BareTarget,
  ) => {
    await putSource(access, file.key, packed);
    await compareOverhead(scene, what, tasks, file, to, bare);
  };
  const { flights, webPages: pages } = handlers;
  const text = webPages(quick ? 3_000 : 8_000);
  const lines = { key: "flights.gz", handler: flights };
  await compareWith("gzip'd lines → S3", lines, gzipped(flightLines(quick ? 40_000 : 120_000)), toS3, bareS3);
  const members = { key: "pages.wet.gz", handler: pages };
  await compareWith("WET (a member per record) → S3", members, gzippedPerRecord(text), toS3, bareS3);
  const oneMember = { key: "one.wet.gz", handler: pages };
  await compareWith("WET (one member) → S3", oneMember, gzipped(text.join("")), toS3, bareS3);
  const few = { key: "few-flights.gz", handler: flights };
  const fewLines = gzipped(flightLines(quick ? 8_000 : 30_000));
  await compareWith("gzip'd lines → Kinesis", few, fewLines, toKinesis, () => bareKinesisTarget(access));
}

export async function compareOverhead(
  scene: Scene,
  what: string,
  tasks: WholeTasks,
  { key, handler }: OverheadFile,
  target: WriteTarget,
  bareTarget: () => BareTarget,
  seconds = secondsOf(scene),
): Promise<void> {
  const { product, bare, ratio } = await alternate(
    seconds,
    () => tasks.run(key, { language: "JAVASCRIPT", artifactDir: handler.artifactDir }, target),
    () => runBareTask(scene.cloud.access, key, handler, bareTarget()),
  );
  scene.report({
    row: "a",
    what: `whole task, ${what}`,
    unit: "records/s",
    value: product,
    bare,
    ratio,
    limit: { kind: "at least", of: "ratio", bar: 0.9 },
  });
}
