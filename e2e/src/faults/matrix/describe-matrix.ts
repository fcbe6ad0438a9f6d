import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { addToGrant } from "../../installation/add-to-grant.ts";
import { startTestInstallation, type TestInstallation } from "../../installation/start-installation.ts";
import { type Crew, createCrew } from "../crew.ts";
import { faultKinds } from "../fault-kinds.ts";
import { createRandom, faultSeed } from "../random.ts";
import { expectRound } from "./expect-round.ts";
import { allKinds, createHitTable } from "./hits.ts";
import { languages, putHandlers } from "./languages.ts";
import { pairName, planBatches } from "./plan-batches.ts";
import { type EndedRound, runBatch } from "./run-batch.ts";
import { sourceNames } from "./sources.ts";
import { createWeather } from "./storms.ts";
import type { OpenTarget, Target, TargetTraits } from "./targets.ts";

const WORKERS = 2;
const BATCH_MS = 900_000;
/** So many draw every kind several times. */
const ROUNDS_OF_EVERY_KIND = 64;
/** A kind that was drawn seldom may have come when there was little to meet: an expired iterator hits about once in a round. */
const TIMES_SURE_TO_MEET = 6;

export interface MatrixShape {
  /** Those of the local cloud. */
  readonly targets: Readonly<Record<string, Target>>;
  /** Those that must be opened, with what is known of them before. */
  readonly opened: Readonly<
    Record<string, TargetTraits & { readonly open: (installation: TestInstallation) => Promise<OpenTarget> }>
  >;
  readonly rounds: number;
}

/** Every source meets every target in as many batches as there are targets; which meet first is drawn with the seed. */
export function describeMatrix(shape: MatrixShape): void {
  const targetTraits = { ...shape.targets, ...shape.opened };
  const pairs = sourceNames.length * Object.keys(targetTraits).length;
  const seed = faultSeed();
  const batches = planBatches({
    sourceNames,
    targets: targetTraits,
    batches: Math.ceil(shape.rounds / sourceNames.length),
    languages,
    random: createRandom(seed),
  });
  const table = createHitTable();
  const parts = new AsyncDisposableStack();
  const targets: Record<string, Target> = { ...shape.targets };
  let duplicates = 0;
  let installation: TestInstallation;
  let crew: Crew;

  beforeAll(async () => {
    console.log(`FAULT_SEED=${seed} repeats these rounds`);
    installation = await startTestInstallation();
    parts.defer(() => installation.stop());
    for (const [name, { open }] of Object.entries(shape.opened)) {
      const target = await open(installation);
      parts.defer(() => target.close());
      targets[name] = target;
    }
    await putHandlers(installation);
    // That the granted policies suffice is tested where each connector is alone.
    await addToGrant(installation, "Everything", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    });
    crew = createCrew(installation, WORKERS, { LETSDATA_LEASE_SECONDS: "3", LETSDATA_TASK_SLOTS: "16" });
    await crew.replenish();
  });
  afterEach(() => installation?.cloud.faults.clear());
  afterAll(() => parts.disposeAsync());

  test.each(batches.map((planned, at) => ({ batch: at + 1, planned })))(
    "batch $batch: of all pairs at once nothing is lost, nothing is counted twice, and only what may be repeated is",
    async ({ batch, planned }) => {
      const weather = createWeather(installation.cloud);
      const scene = { installation, crew, targets, weather, random: createRandom(seed + batch * 7_919) };
      const began = performance.now();
      const said: string[] = [];
      const say = (what: string) => said.push(`${secondsSince(began)} s: ${what}`);
      try {
        const ended = await runBatch(scene, `Batch${batch}`, planned, say);
        const { twice, failures } = await expectAll(ended);
        console.log(
          `batch ${batch}, ${ended.length} rounds in ${secondsSince(began)} s: ${said.join("; ")}; ` +
            `documents twice: ${twice.join(", ") || "none"}`,
        );
        expect(failures.join("\n")).toBe("");
      } catch (error) {
        console.log(`batch ${batch} failed after ${secondsSince(began)} s: ${said.join("; ")}; ${String(error)}`);
        for (const worker of crew.workers) console.log(`worker ${worker.pid}:\n${tailOf(worker.output())}`);
        throw error;
      } finally {
        await crew.replenish();
      }
    },
    BATCH_MS,
  );

  async function expectAll(ended: readonly EndedRound[]) {
    const results = await Promise.allSettled(
      ended.map(({ round }) => expectRound(installation, round, targets[round.target]!)),
    );
    const twice: string[] = [];
    const failures: string[] = [];
    for (const [at, result] of results.entries()) {
      const { round, hits } = ended[at]!;
      table.add(round, hits);
      const what = `${pairName(round)} (${round.language})`;
      if (result.status === "rejected") {
        failures.push(`${what}: ${result.reason instanceof Error ? result.reason.message : String(result.reason)}`);
      } else {
        duplicates += result.value;
        if (result.value > 0) twice.push(`${what} ${result.value}`);
      }
    }
    return { twice, failures };
  }

  test("every reader and every writer met work under faults", () => {
    console.log(
      [
        `${table.rounds()} rounds of ${table.pairs()} pairs, FAULT_SEED=${seed}, ${duplicates} documents twice; what met them:`,
        ...table.lines(),
        `in all: ${allKinds.map((kind) => `${kind} ${table.of(kind)}`).join(", ")}`,
      ].join("\n"),
    );
    expect(table.rounds()).toBe(batches.length * sourceNames.length);
    expect(table.pairs()).toBe(Math.min(pairs, table.rounds()));
    // However few were drawn: faults that reach nobody any more would leave all rounds green.
    expect(sum(faultKinds.map((kind) => table.of(kind))), "work that met a fault of its batch").toBeGreaterThan(0);
    expect(unmet(TIMES_SURE_TO_MEET), "kinds that met no work").toEqual([]);
    // Fewer rounds are drawn so that runs with other seeds have the rest.
    if (table.rounds() < pairs) return;
    expect(table.untouched(), "pairs that no fault met").toEqual([]);
    if (table.rounds() < ROUNDS_OF_EVERY_KIND) return;
    expect(unmet(1), "kinds that met no work").toEqual([]);
  });

  /** Of the kinds that were drawn so often, faults for batches and storms for rounds. */
  function unmet(timesDrawn: number) {
    const drawn = batches.flatMap(({ rounds, faults }) => [...faults, ...rounds.flatMap(({ storms }) => storms)]);
    return allKinds.filter((kind) => drawn.filter((one) => one === kind).length >= timesDrawn && table.of(kind) === 0);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Without the many lines of a database that is away. */
function tailOf(output: string): string {
  const lines = output.split("\n").filter((line) => !line.includes("DATABASE_UNAVAILABLE"));
  return lines.join("\n").slice(-4_000);
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(1);
}
