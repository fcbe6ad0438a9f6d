import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { addToGrant } from "../../installation/add-to-grant.ts";
import { startTestInstallation, type TestInstallation } from "../../installation/start-installation.ts";
import { type Crew, createCrew, faultKinds } from "../fault-kinds.ts";
import { putNumberedLinesHandler } from "../numbered-dataset.ts";
import { createRandom, faultSeed } from "../random.ts";
import { expectRound } from "./expect-round.ts";
import { type BatchFaults, type Pair, runBatch } from "./run-batch.ts";
import { sourceNames } from "./sources.ts";
import { shortenVisibility, stormKinds } from "./storms.ts";
import { targetNames } from "./targets.ts";

/** Every source meets every target in as many batches as there are targets. */
const ALL_PAIRS = sourceNames.length * targetNames.length;
/** Each batch has every reader and every writer; which meet is drawn with the seed. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3 * sourceNames.length);
const BATCHES = Math.ceil(ROUNDS / sourceNames.length);
const WORKERS = 2;
/** Of processes and of the cloud, in each batch. */
const FAULTS_EACH = { processes: 2, storms: 3 };

const seed = faultSeed();
const met: Record<string, number> = {};
const ran = new Map<string, number>();
let duplicates = 0;
let installation: TestInstallation;
let crew: Crew;

beforeAll(async () => {
  console.log(`FAULT_SEED=${seed} repeats these rounds`);
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
  // That the granted policies suffice is tested where each connector is alone.
  await addToGrant(installation, "Everything", {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  crew = createCrew(installation, WORKERS, { LETSDATA_LEASE_SECONDS: "3", LETSDATA_TASK_SLOTS: "16" });
  await crew.replenish();
});
afterEach(() => installation?.cloud.faults.clear());
afterAll(() => installation?.stop());

test.each(Array.from({ length: BATCHES }, (_, batch) => ({ batch: batch + 1 })))(
  "batch $batch: of all pairs at once nothing is lost, nothing is counted twice, and only what may be repeated is",
  async ({ batch }) => {
    const scene = { installation, crew, random: createRandom(seed + batch * 7_919) };
    shortenVisibility(installation.cloud);
    const began = performance.now();
    const said: string[] = [];
    const say = (what: string) => said.push(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${what}`);
    try {
      const faults = faultsOf(batch);
      const { rounds, faultsMet } = await runBatch(scene, `Batch${batch}`, pairsOf(batch), faults, say);
      for (const [kind, times] of Object.entries(faultsMet)) met[kind] = (met[kind] ?? 0) + times;
      const results = await Promise.allSettled(rounds.map((round) => expectRound(installation, round)));
      const twice: string[] = [];
      const failures: string[] = [];
      for (const [at, result] of results.entries()) {
        const { source, target } = rounds[at]!;
        const pair = `${source} → ${target}`;
        ran.set(pair, (ran.get(pair) ?? 0) + 1);
        if (result.status === "rejected") {
          failures.push(`${pair}: ${result.reason instanceof Error ? result.reason.message : String(result.reason)}`);
        } else {
          duplicates += result.value;
          if (result.value > 0) twice.push(`${pair} ${result.value}`);
        }
      }
      console.log(
        `batch ${batch} (${faults.storms.join(", ")}), ${rounds.length} rounds in ${secondsSince(began)} s: ${said.join("; ")}; ` +
          `documents twice: ${twice.join(", ") || "none"}`,
      );
      expect(failures).toEqual([]);
    } catch (error) {
      console.log(`batch ${batch} failed after ${secondsSince(began)} s: ${said.join("; ")}; ${String(error)}`);
      for (const worker of crew.workers) console.log(`worker ${worker.pid}:\n${tailOf(worker.output())}`);
      throw error;
    } finally {
      await crew.replenish();
    }
  },
);

test("every reader, every writer and every fault met work", () => {
  const rounds = [...ran.values()].reduce((sum, times) => sum + times, 0);
  console.log(
    `${rounds} rounds of ${ran.size} pairs, FAULT_SEED=${seed}, ${duplicates} documents twice; ` +
      `faults: ${[...faultKinds, ...stormKinds].map((kind) => `${kind} ${met[kind] ?? 0}`).join(", ")}`,
  );
  expect(rounds).toBeGreaterThanOrEqual(ROUNDS);
  expect(ran.size).toBe(Math.min(ALL_PAIRS, BATCHES * sourceNames.length));
  if (ROUNDS >= ALL_PAIRS)
    for (const kind of [...faultKinds, ...stormKinds]) expect(met[kind] ?? 0, kind).toBeGreaterThan(0);
});

/** Each source once, each with another target in the next batch. */
function pairsOf(batch: number): readonly Pair[] {
  return sourceNames.map((source, at) => ({ source, target: targetNames[(at + batch + seed) % targetNames.length]! }));
}

/** Kinds take turns, so that a few batches have them all. */
function faultsOf(batch: number): BatchFaults {
  const turn = <T>(kinds: readonly T[], count: number) =>
    Array.from({ length: count }, (_, n) => kinds[(batch * count + n) % kinds.length]!);
  return { processes: turn(faultKinds, FAULTS_EACH.processes), storms: turn(stormKinds, FAULTS_EACH.storms) };
}

/** Without the many lines of a database that is away. */
function tailOf(output: string): string {
  const lines = output.split("\n").filter((line) => !line.includes("DATABASE_UNAVAILABLE"));
  return lines.join("\n").slice(-4_000);
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(1);
}
