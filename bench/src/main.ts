import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureRows, rowLetters } from "./measure-rows.ts";
import { type BenchRow, meetsLimit, printRow, printTable } from "./result-table.ts";

const help = `pnpm bench [--quick] [--rows ${rowLetters.join(",")}] [--json] [--check]

  --quick   less work, and less sure
  --rows    only these rows
  --json    the table as JSON
  --check   exit code 1 when a limit is missed or a row cannot be measured here
`;
/** On a busy machine a run takes several times as long; what was measured until then is told. */
const MINUTES_MAX = { quick: 15, full: 30 } as const;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    rows: { type: "string", default: rowLetters.join(",") },
  },
});

const wanted = values.rows.split(",");
const unknown = wanted.filter((row) => !rowLetters.includes(row));
if (values.help) process.stdout.write(help);
else if (unknown.length > 0) {
  process.stderr.write(`no such row: ${unknown.join(", ")}\n\n${help}`);
  process.exitCode = 1;
} else process.exitCode = await bench();

async function bench(): Promise<number> {
  const began = performance.now();
  const before = machine();
  const rows: BenchRow[] = [];
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  let failure: unknown = null;
  const { ended, reason } = endsEarly(values.quick);
  try {
    await measureRows({
      quick: values.quick,
      wanted,
      ended,
      report(row) {
        rows.push(row);
        say(printRow(row));
      },
      onBegin: ({ row, what }) => say(`measuring (${row}) ${what} …`),
    });
  } catch (thrown) {
    if (reason() === null) failure = thrown;
  }
  // What was measured until then is told in any case.
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  process.stdout.write(
    values.json
      ? `${JSON.stringify(rows, null, 2)}\n`
      : `${printTable(rows)}\n(${before}; at the end load ${loadNow()}; ${minutes} minutes)\n`,
  );
  if (failure !== null) throw failure;
  if (reason() !== null) return 1;
  return values.check && !rows.every(meetsLimit) ? 1 : 0;
}

/** `ended` rejects when somebody ends the bench, or it takes too long; `reason` says why, null before. */
function endsEarly(quick: boolean): { readonly ended: Promise<never>; readonly reason: () => string | null } {
  let why: string | null = null;
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: string) => () => {
      why = `the bench ended early: ${reason}`;
      process.stderr.write(`${why}\n`);
      reject(new Error(why));
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end(signal));
    const minutesMax = MINUTES_MAX[quick ? "quick" : "full"];
    setTimeout(end(`it took longer than ${minutesMax} minutes`), minutesMax * 60_000).unref();
  });
  ended.catch(() => {});
  return { ended, reason: () => why };
}

/** Other programs' work shows in every figure. */
function machine(): string {
  return `${availableParallelism()} cores, load ${loadNow()}, node ${process.version}`;
}

function loadNow(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
