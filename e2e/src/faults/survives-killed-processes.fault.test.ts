import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import { type Crew, createCrew, type DoneFault, doFault, type FaultKind, faultKinds } from "./fault-kinds.ts";
import { createNumberedDataset, putNumberedLinesHandler, type Target } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { expectExactOutcome } from "./outcome.ts";
import { createRandom, faultSeed, type Random } from "./random.ts";
import { attemptRows } from "./task-rows.ts";

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 20);
const WORKERS = 2;
const SETTLED_SECONDS = 90;
/** Each kind must have met work under way in at least this many of 20 rounds. */
const TIMES_EACH = 2;

const seed = faultSeed();
let installation: TestInstallation;
let crew: Crew;
const metWork: Record<FaultKind, number> = { "kill-worker": 0, "kill-task": 0, "kill-postgres": 0, "stop-worker": 0 };

beforeAll(async () => {
  console.log(`FAULT_SEED=${seed} repeats these rounds`);
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
  crew = createCrew(installation, WORKERS, { LETSDATA_LEASE_SECONDS: "3", LETSDATA_TASK_SLOTS: "4" });
  await crew.replenish();
});
afterAll(() => installation?.stop());

test.each(Array.from({ length: ROUNDS }, (_, round) => ({ round: round + 1 })))(
  "round $round: nothing is lost, nothing is counted twice",
  async ({ round }) => {
    const random = createRandom(seed + round * 7_919);
    const target: Target = round % 2 === 0 ? "KINESIS" : "S3";
    const name = `Round${round}`;
    const files = makeNumberedFiles(random, {
      prefix: name,
      files: 3 + random.integer(2),
      linesPerFile: 1_500 + random.integer(1_500),
      waitEvery: 3,
      padBytes: target === "S3" ? 900 : 0,
    });
    const began = performance.now();
    const dataset = await createNumberedDataset(installation, {
      name,
      files,
      target,
      concurrency: 2 + random.integer(3),
    });
    const faults: DoneFault[] = [];
    const said = () => faults.map((fault) => fault.said).join("; ");
    try {
      for (const kind of faultsOf(round, random)) {
        const running = await untilWorkIsUnderWay(dataset, random);
        if (!running) break;
        faults.push(await doFault(kind, { installation, crew, random }));
      }
      const view = await waitUntilSettled(installation, dataset, SETTLED_SECONDS);
      const settledAfter = (performance.now() - began) / 1_000;
      const attempts = await attemptRows(installation.database, dataset);
      for (const { kind, hit } of faults) if (hit(attempts)) metWork[kind] += 1;
      const { duplicates } = await expectExactOutcome(installation, dataset, files);
      console.log(
        `round ${round} ${target}: ${view.counts.recordsRead} records, ${said()}; ` +
          `settled after ${settledAfter.toFixed(1)} s, ${duplicates} documents twice`,
      );
    } catch (error) {
      console.log(`round ${round} ${target} failed after: ${said()}`);
      for (const worker of crew.workers) console.log(`worker ${worker.pid}:\n${worker.output().slice(-6_000)}`);
      throw error;
    } finally {
      await crew.replenish();
    }
  },
);

test("every kind of fault met work under way", () => {
  console.log(`faults: ${faultKinds.map((kind) => `${kind} ${metWork[kind]}`).join(", ")}`);
  for (const kind of faultKinds)
    expect(metWork[kind], kind).toBeGreaterThanOrEqual(Math.floor((TIMES_EACH * ROUNDS) / 20));
});

/** Each kind takes its turn for both targets; every second round has one more. */
function faultsOf(round: number, random: Random): readonly FaultKind[] {
  const first = faultKinds[Math.floor(round / 2) % faultKinds.length]!;
  return random.next() < 0.5 ? [first] : [first, random.pick(faultKinds)];
}

/** Waits for a seeded share of the work, by time in a running attempt or by records checkpointed; false when it was done before. */
async function untilWorkIsUnderWay(dataset: string, random: Random): Promise<boolean> {
  const wantedMs = random.integer(1_000);
  const wantedRecords = random.next() < 0.5 ? 0 : 1 + random.integer(2_500);
  return waitFor(
    async () => {
      const [row] = await installation.database.$queryRaw<{ settled: boolean; running: boolean; records: number }[]>`
        SELECT d.status IN ('COMPLETED', 'ERRORED') AS settled, p.records_read::float8 AS records, EXISTS (
          SELECT 1 FROM task t JOIN task_attempt a ON a.task_id = t.id AND a.attempt = t.attempt
          WHERE t.dataset_id = d.id AND t.status = 'RUNNING'
            AND a.started_at < clock_timestamp() - make_interval(secs => ${wantedMs / 1_000}::float8)) AS running
        FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id WHERE d.id = ${dataset}`;
      if (row?.settled) return { underWay: false };
      return row?.running && row.records >= wantedRecords ? { underWay: true } : null;
    },
    60,
    `work on ${dataset}`,
  ).then(({ underWay }) => underWay);
}
