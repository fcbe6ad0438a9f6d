import { setTimeout as sleep } from "node:timers/promises";
import { datasetJson, waitFor, waitUntilSettled } from "../../installation/dataset-run.ts";
import type { TestInstallation } from "../../installation/start-installation.ts";
import type { Crew } from "../crew.ts";
import { type DoneFault, doFault } from "../fault-kinds.ts";
import { type NumberedRecord, numberedRecords } from "../numbered-lines.ts";
import { createRandom, type Random } from "../random.ts";
import { attemptRows } from "../task-rows.ts";
import type { Hits } from "./hits.ts";
import { handlerIn } from "./languages.ts";
import type { PlannedBatch, PlannedRound } from "./plan-batches.ts";
import { type FilledSource, sources } from "./sources.ts";
import { type Storm, sumOfHits, type Weather } from "./storms.ts";
import type { Target } from "./targets.ts";

const STARTED_SECONDS = 180;
const SETTLED_SECONDS = 240;
const WAIT_EVERY = 3;
/** What the handler's waits take in all, by one task: so long there is work to meet. */
const WORK_MS = 6_000;
/** Who begins again after a fault meets the storm, too. */
const AFTERMATH_MS = 6_000;
/** Share of datasets that run two tasks at once: each costs a process on every worker that meets it. */
const TWO_TASKS_AT_ONCE = 0.3;

/** A dataset of a pair that ran under the faults of its batch. */
export interface Round extends PlannedRound {
  /** Also the beginning of the records' ids. */
  readonly name: string;
  readonly dataset: string;
  readonly records: readonly NumberedRecord[];
  readonly filled: FilledSource;
}
type FilledRound = Omit<Round, "dataset">;

export interface BatchScene {
  readonly installation: TestInstallation;
  readonly crew: Crew;
  readonly targets: Readonly<Record<string, Target>>;
  readonly weather: Weather;
  readonly random: Random;
}

/** A round that is over, and what of the faults met its own dataset. */
export interface EndedRound {
  readonly round: Round;
  readonly hits: Hits;
}

/** Runs a dataset for each round, all at once, under the same faults and each under its own storms; returns when all are settled. */
export async function runBatch(
  scene: BatchScene,
  name: string,
  batch: PlannedBatch,
  say: (what: string) => void,
): Promise<readonly EndedRound[]> {
  const { installation, random } = scene;
  const filled = await Promise.all(batch.rounds.map((round, at) => fill(scene, round, `${name}Pair${at}`)));
  const rounds = await Promise.all(
    filled.map((round) => create(scene, round, random.next() < TWO_TASKS_AT_ONCE ? 2 : 1)),
  );
  const datasets = rounds.map(({ dataset }) => dataset);
  // Drawn before, as rounds are not ready in an order that the seed would bring back.
  const seeds = rounds.map(() => random.integer(1_000_000));
  const storms = await Promise.all(
    rounds.map(async (round, at) => {
      // Whether rights suffice is asked of a cloud that answers.
      await untilInitialised(installation, round.dataset);
      return beginStorms(scene, round, createRandom(seeds[at]!));
    }),
  );
  say("storms have begun");
  const done: DoneFault[] = [];
  for (const kind of batch.faults) {
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
  const stormHits = await Promise.all(
    storms.map(async (ofRound) => sumOfHits(await Promise.all(ofRound.map((storm) => storm.end())))),
  );
  await allSettled;
  return Promise.all(
    rounds.map(async (round, at) => {
      const attempts = await attemptRows(installation.database, round.dataset);
      const hits: Hits = { ...stormHits[at] };
      for (const { kind, hit } of done) if (hit(attempts)) hits[kind] = (hits[kind] ?? 0) + 1;
      return { round, hits };
    }),
  );
}

/** Of the local cloud, and of the target where it has a server of its own. */
function beginStorms({ weather, targets }: BatchScene, round: Round, random: Random): readonly Storm[] {
  const ofTarget = targets[round.target]?.beginStorm?.(round, random);
  return [weather.begin(round, random), ...(ofTarget ? [ofTarget] : [])];
}

async function fill({ installation, random, targets }: BatchScene, round: PlannedRound, name: string) {
  const source = sources[round.source];
  const count = Math.round(source.records * (0.8 + 0.4 * random.next()));
  const records = numberedRecords(random, {
    prefix: name,
    count,
    waitEvery: WAIT_EVERY,
    waitMs: Math.ceil((WORK_MS * 2 * WAIT_EVERY) / count),
    padBytes: targets[round.target]!.padBytes,
  });
  return { ...round, name, records, filled: await source.fill(installation, name, records) };
}

async function create(
  { installation, targets }: BatchScene,
  { name, ...round }: FilledRound,
  concurrency: number,
): Promise<Round> {
  const handler = handlerIn(round.language, sources[round.source]);
  const write = await targets[round.target]!.writeConnector(name);
  const created = await installation.client.datasets.create({
    ...datasetJson(installation, { name, handler: "", keys: [], concurrency, write }),
    readConnector: { ...handler, ...round.filled.readConnector },
    manifestFile: round.filled.manifestFile,
  });
  return { ...round, name, dataset: created.datasetId };
}

/** The queue's messages are deleted behind their checkpoint: an empty queue is a dataset that has everything. */
async function stopWhenReadOut(installation: TestInstallation, dataset: string, isReadOut: () => Promise<boolean>) {
  const hasFailed = async () => (await installation.client.datasets.view({ dataset })).datasetStatus === "ERRORED";
  const isOver = await waitFor(
    async () => ((await isReadOut()) ? "read out" : (await hasFailed()) ? "failed" : null),
    SETTLED_SECONDS,
    `the queue of ${dataset} to be empty`,
  );
  if (isOver === "failed") return;
  await waitFor(
    () => installation.client.stops.create({ dataset, moveStoppedTasksTo: "COMPLETE" }),
    30,
    `dataset ${dataset} to be stopped`,
  );
}

async function untilInitialised({ database }: TestInstallation, dataset: string): Promise<void> {
  const isOver = async () => {
    const where = { id: dataset, status: { in: ["CREATED" as const, "INITIALIZING" as const] } };
    return (await database.dataset.count({ where })) === 0 || null;
  };
  await waitFor(isOver, STARTED_SECONDS, `${dataset} to be initialised`);
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
