import { join } from "node:path";
import { alternateRates } from "./alternate.ts";
import { unpackHandlers } from "./handlers.ts";
import { needsProc, perProcessorSecond, processorSeconds } from "./process-figures.ts";
import { type Scene, secondsOf } from "./scene.ts";
import { flightLines, gzipped, putSource } from "./sources.ts";
import { startWholeTasks, toS3, type WholeTasks } from "./whole-task.ts";

const key = "measured-flights.gz";
const name = { row: "a", what: "metrics: whole task, gzip'd lines → S3 (bare: the same task without measurements)" };

/**
 * (a) The same task with its measurements and with a measuring that does nothing. What measuring costs is less than the weather of a
 * machine that others use, so records are counted by the second of processor time of the task's process.
 */
export async function metricsRows(scene: Scene): Promise<void> {
  const { cloud, parts, report } = scene;
  if ((await processorSeconds(process.pid)) === null) return report({ ...name, notMeasured: needsProc });
  await putSource(cloud.access, key, gzipped(flightLines(40_000)));
  const handlers = await unpackHandlers();
  parts.defer(handlers.remove);
  const handler = { language: "JAVASCRIPT", artifactDir: handlers.flights.artifactDir } as const;
  const measured = await startWholeTasks(scene);
  const entry = join(import.meta.dirname, "endpoints/unmeasured-data-task.ts");
  const unmeasured = await startWholeTasks(scene, { entry });
  const rateOf = (tasks: WholeTasks) =>
    perProcessorSecond(
      () => tasks.processIds()[0],
      () => tasks.run(key, handler, toS3),
    );
  const { product, bare, ratio } = await alternateRates(
    secondsOf(scene),
    () => rateOf(measured),
    () => rateOf(unmeasured),
  );
  report({
    ...name,
    unit: "records/processor s",
    value: product,
    bare,
    ratio,
    limit: { kind: "at least", of: "ratio", bar: 0.95 },
  });
}
