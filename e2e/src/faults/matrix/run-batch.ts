import { setTimeout as sleep } from "node:timers/promises";
import { datasetJson, waitFor, waitUntilSettled } from "../../installation/dataset-run.ts";
import { type TestInstallation, testBuckets } from "../../installation/start-installation.ts";
import { type Crew, type DoneFault, doFault, type FaultKind } from "../fault-kinds.ts";
import { handler } from "../numbered-dataset.ts";
import { type NumberedRecord, numberedRecords } from "../numbered-lines.ts";
import type { Random } from "../random.ts";
import { type AttemptRow, attemptRows } from "../task-rows.ts";
import { type FilledSource, type SourceName, sources } from "./sources.ts";
import { beginStorm, type StormKind } from "./storms.ts";
import { targets } from "./targets.ts";

const STARTED_SECONDS = 180;
const SETTLED_SECONDS = 240;
const WAIT_EVERY = 3;
/** What the handler's waits take in all, by one task: so long there is work to meet. */
const WORK_MS = 6_000;
/** Who begins again after a fault meets the storm, too. */
const AFTERMATH_MS = 6_000;
/** Share of datasets that run two tasks at once: each costs a process on every worker that meets it. */
const TWO_TASKS_AT_ONCE = 0.3;

export interface Pair {
  readonly source: SourceName;
  readonly target: string;
}

/** A dataset of a pair that ran under the faults of its batch. */
export interface Round extends Pair {
  readonly dataset: string;
  readonly records: readonly NumberedRecord[];
  readonly filled: FilledSource;
}

export interface BatchScene {
  readonly installation: TestInstallation;
  readonly crew: Crew;
  readonly random: Random;
}

export interface BatchFaults {
  readonly processes: readonly FaultKind[];
  readonly storms: readonly StormKind[];
}

/** Runs a dataset for each pair, all at once, under the same faults; returns when all are settled. */
export async function runBatch(
  scene: BatchScene,
  name: string,
  pairs: readonly Pair[],
  { processes, storms }: BatchFaults,
  say: (what: string) => void,
): Promise<{ readonly rounds: readonly Round[]; readonly faultsMet: Readonly<Record<string, number>> }> {
  const { installation, random } = scene;
  const filled = await Promise.all(pairs.map((pair, at) => fill(installation, random, pair, `${name}Pair${at}`)));
  const rounds = await Promise.all(
    filled.map((round) => create(installation, round, random.next() < TWO_TASKS_AT_ONCE ? 2 : 1)),
  );
  const datasets = rounds.map(({ dataset }) => dataset);
  // Whether rights suffice is asked of a cloud that answers.
  await untilAllAreInitialised(installation, datasets);
  const storm = beginStorm(installation.cloud, storms, random.integer(1_000_000));
  const done: DoneFault[] = [];
  for (const kind of processes) {
    if (!(await untilWorkIsUnderWay(installation, datasets, random))) break;
    done.push(await doFault(kind, scene));
    say(done.at(-1)!.said);
  }
  const allSettled = Promise.all(
    rounds.map(async ({ dataset, filled, source, target }) => {
      if (filled.isReadOut) await stopWhenReadOut(installation, dataset, filled.isReadOut);
      const view = await waitUntilSettled(installation, dataset, SETTLED_SECONDS);
      say(`${source} → ${target} ${view.datasetStatus}`);
    }),
  );
  await Promise.race([allSettled, sleep(AFTERMATH_MS)]);
  const faultsMet: Record<string, number> = { ...storm.end() };
  await allSettled;
  const attempts: AttemptRow[] = [];
  for (const dataset of datasets) attempts.push(...(await attemptRows(installation.database, dataset)));
  for (const { kind, hit } of done) faultsMet[kind] = (faultsMet[kind] ?? 0) + (hit(attempts) ? 1 : 0);
  return { rounds, faultsMet };
}

async function fill(installation: TestInstallation, random: Random, pair: Pair, name: string) {
  const source = sources[pair.source];
  const count = Math.round(source.records * (0.8 + 0.4 * random.next()));
  const records = numberedRecords(random, {
    prefix: name,
    count,
    waitEvery: WAIT_EVERY,
    waitMs: Math.ceil((WORK_MS * 2 * WAIT_EVERY) / count),
    padBytes: targets[pair.target]!.padBytes,
  });
  return { ...pair, name, records, filled: await source.fill(installation, name, records) };
}

async function create(
  installation: TestInstallation,
  { name, ...round }: Omit<Round, "dataset"> & { readonly name: string },
  concurrency: number,
): Promise<Round> {
  const created = await installation.client.datasets.create({
    ...datasetJson(installation, {
      name,
      handler: `${handler}.zip`,
      keys: [],
      concurrency,
      write: targets[round.target]!.writeConnector(name),
    }),
    readConnector: {
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}.zip`,
      ...round.filled.readConnector,
    },
    manifestFile: round.filled.manifestFile,
  });
  return { ...round, dataset: created.datasetId };
}

/** The queue's messages are deleted behind their checkpoint: an empty queue is a dataset that has everything. */
async function stopWhenReadOut(installation: TestInstallation, dataset: string, isReadOut: () => Promise<boolean>) {
  await waitFor(
    async () => ((await isReadOut()) ? true : null),
    SETTLED_SECONDS,
    `the queue of ${dataset} to be empty`,
  );
  await waitFor(
    () => installation.client.stops.create({ dataset, moveStoppedTasksTo: "COMPLETE" }),
    30,
    `dataset ${dataset} to be stopped`,
  );
}

async function untilAllAreInitialised({ database }: TestInstallation, datasets: readonly string[]): Promise<void> {
  const isOver = async () => {
    const where = { id: { in: [...datasets] }, status: { in: ["CREATED" as const, "INITIALIZING" as const] } };
    return (await database.dataset.count({ where })) === 0 || null;
  };
  await waitFor(isOver, STARTED_SECONDS, `${datasets.join(", ")} to be initialised`);
}

/** Waits for a seeded share of the work of all; false when it was done before. */
async function untilWorkIsUnderWay(
  { database }: TestInstallation,
  datasets: readonly string[],
  random: Random,
): Promise<boolean> {
  const wanted = Math.ceil(datasets.length * (0.5 + 0.4 * random.next()));
  const wantedMs = random.integer(600);
  const { underWay } = await waitFor(
    async () => {
      const [row] = await database.$queryRaw<{ open: number; running: number; begun: number }[]>`
        SELECT count(*) FILTER (WHERE d.status NOT IN ('COMPLETED', 'ERRORED'))::int AS open,
          count(*) FILTER (WHERE d.status IN ('COMPLETED', 'ERRORED') OR EXISTS (SELECT 1 FROM task t JOIN task_attempt a ON a.task_id = t.id
            WHERE t.dataset_id = d.id AND a.started_at < clock_timestamp() - make_interval(secs => ${wantedMs / 1_000}::float8)))::int AS begun,
          count(*) FILTER (WHERE EXISTS (SELECT 1 FROM task t WHERE t.dataset_id = d.id AND t.status = 'RUNNING'))::int AS running
        FROM dataset d WHERE d.id = ANY(${[...datasets]})`;
      if (!row) return null;
      if (row.open === 0) return { underWay: false };
      return row.begun >= wanted && row.running > 0 ? { underWay: true } : null;
    },
    STARTED_SECONDS,
    `work on ${datasets.join(", ")}`,
  );
  return underWay;
}
