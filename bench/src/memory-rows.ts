import { startEndlessObjects } from "./endpoints/endless-object.ts";
import { unpackHandlers } from "./handlers.ts";
import { needsProc, peakMegabytes } from "./process-figures.ts";
import type { Scene } from "./scene.ts";
import { flightLines } from "./sources.ts";
import { startWholeTasks, toS3 } from "./whole-task.ts";

const bytesPerGigabyte = 1e9;
const small = 0.1;
/** Lines of 4 KB; packing all of some gigabytes would take minutes, so one of four is written. */
const shape = { remarkWords: 500, isSkipped: (n: number) => n % 4 !== 0 };
const what = (large: number) => `memory: peak of the process of a task over ${large} GB (bare: over ${small} GB)`;

/** (a) What a task's process needs at its peak must not grow with the object. Each object has a process of its own. */
export async function memoryRows(scene: Scene): Promise<void> {
  const large = scene.quick ? 1 : 5;
  const name = { row: "a", what: what(large) };
  if ((await peakMegabytes(process.pid)) === null) {
    scene.report({ ...name, notMeasured: needsProc });
    return;
  }
  const objects = await startEndlessObjects(flightLines(2_000, shape));
  scene.parts.defer(objects.stop);
  const handlers = await unpackHandlers();
  scene.parts.defer(handlers.remove);
  const handler = { language: "JAVASCRIPT", artifactDir: handlers.flights.artifactDir } as const;
  const peakOver = async (gigabytes: number): Promise<number> => {
    const tasks = await startWholeTasks(scene, { sourceEndpoint: objects.endpoint });
    await tasks.run(objects.keyOf(gigabytes * bytesPerGigabyte), handler, toS3);
    const [pid = 0] = tasks.processIds();
    const peak = await peakMegabytes(pid);
    if (peak === null) throw new Error("the task's process is gone before its memory was read");
    return peak;
  };
  const bare = await peakOver(small);
  const value = await peakOver(large);
  // A tenth of a gigabyte fills neither an output object nor the heap that V8 allows itself; beyond that nothing may grow.
  const limit = { kind: "at most", of: "ratio", bar: 1.5 } as const;
  scene.report({ ...name, unit: "MB", value, bare, ratio: value / bare, limit });
}
