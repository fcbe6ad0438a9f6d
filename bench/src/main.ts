import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { checkpointRows } from "./checkpoint-rows.ts";
import { startBenchDatabase } from "./endpoints/bench-database.ts";
import { startBenchCloud } from "./endpoints/cloud.ts";
import { languageRows } from "./language-rows.ts";
import { overheadRows } from "./overhead-rows.ts";
import { planningRows } from "./planning-rows.ts";
import { type BenchRow, meetsLimit, printTable } from "./result-table.ts";
import { sourceRows } from "./source-rows.ts";
import { makeBuckets } from "./sources.ts";
import { taskRows } from "./task-rows.ts";

const help = `pnpm bench [--quick] [--rows a,b,c,d,e,g] [--json] [--check]

  --quick   a minute or two instead of six, and less sure
  --rows    only these rows
  --json    the table as JSON
  --check   exit code 1 when a limit is missed
`;
/** On a busy machine a run takes several times as long; what was measured until then is told. */
const MINUTES_MAX = { quick: 5, full: 20 } as const;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    rows: { type: "string", default: "a,b,c,d,e,g" },
  },
});

async function measure(quick: boolean, wanted: readonly string[]): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const stops: (() => Promise<void>)[] = [];
  const add = async (row: string, what: string, work: () => Promise<readonly BenchRow[]>): Promise<void> => {
    if (!wanted.includes(row)) return;
    process.stderr.write(`measuring (${row}) ${what} …\n`);
    rows.push(...(await Promise.race([work(), ended])));
  };
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: string) => () => reject(new Error(`the bench ended early: ${reason}`));
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end(signal));
    const minutesMax = MINUTES_MAX[quick ? "quick" : "full"];
    setTimeout(end(`it took longer than ${minutesMax} minutes`), minutesMax * 60_000).unref();
  });
  ended.catch((reason: Error) => process.stderr.write(`${reason.message}\n`));
  try {
    const database = await startBenchDatabase();
    stops.push(database.stop);
    const cloud = await startBenchCloud();
    stops.push(cloud.stop);
    await makeBuckets(cloud.access);
    await add("a", "whole data tasks", async () => {
      await overheadRows(cloud, database, quick, (row) => rows.push(row));
      return [];
    });
    await add("b", "handlers in other languages", () => languageRows(cloud, database, quick));
    await add("c", "objects", () => sourceRows(cloud, quick));
    await add("d", "tasks", () => taskRows(database, quick));
    await add("e", "planning", () => planningRows(cloud, database, quick));
    await add("g", "checkpoints", () => checkpointRows(database, quick));
  } catch (thrown) {
    // What was measured until the time was up is told; everything else is a failure of the bench.
    if (!(await isEnded(ended, thrown))) throw thrown;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
  return rows;
}

async function isEnded(ended: Promise<never>, thrown: unknown): Promise<boolean> {
  const reason = await Promise.race([ended, Promise.resolve(null)]).catch((early: unknown) => early);
  return reason === thrown;
}

/** Other programs' work shows in every figure. */
function machine(): string {
  const load = loadavg()[0] ?? 0;
  return `${availableParallelism()} cores, load ${load.toFixed(1)}, node ${process.version}`;
}

if (values.help) {
  process.stdout.write(help);
} else {
  const before = machine();
  const rows = await measure(values.quick, values.rows.split(","));
  process.stdout.write(
    values.json
      ? `${JSON.stringify(rows, null, 2)}\n`
      : `${printTable(rows)}\n(${before}; at the end load ${(loadavg()[0] ?? 0).toFixed(1)})\n`,
  );
  if (values.check && !rows.every(meetsLimit)) process.exitCode = 1;
}
