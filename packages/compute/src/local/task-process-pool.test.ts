import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "@letsdata/plugin-kit/problems";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { TaskOutcome } from "../task-protocol.ts";
import { defaultLogBudget, lineBytesMax } from "./log-budget.ts";
import { prepareProgram } from "./prepared-program/prepare-program.ts";
import type { TaskProcessPool } from "./task-process-pool.ts";
import { assignmentFor, childEntry, openArtifacts, openTestPool, parserModule, runRequest } from "./testing/sandbox.ts";

const artifacts = openArtifacts();
const programDir = mkdtempSync(join(tmpdir(), "letsdata-program-"));
const preparedFile = join(programDir, "handler-child.program");
let pool: TaskProcessPool;
beforeAll(() => prepareProgram(childEntry, preparedFile));
beforeEach(() => {
  pool = openTestPool();
});
afterEach(() => pool.close());
afterAll(() => {
  artifacts.remove();
  rmSync(programDir, { recursive: true });
});

const errorOf = (outcome: TaskOutcome) => (outcome.kind === "failed" ? outcome.error : outcome.kind);
const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

async function until(what: string, holds: () => boolean, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.each([
  { from: "its sources", preparedProgram: () => null },
  { from: "its prepared program", preparedProgram: () => preparedFile },
])("a task process started from $from", ({ preparedProgram }) => {
  beforeEach(() => {
    pool = openTestPool({ preparedProgram });
  });

  test("runs an attempt and is reused warm under its key only", async () => {
    const dir = await artifacts.add(parserModule("console.log('pid', process.pid)"));
    const first = runRequest(dir);
    expect(await pool.run(first.request)).toMatchObject({ kind: "completed", counts: { recordsRead: 1 } });
    expect(first.observed.checkpoints).toHaveLength(1);
    const again = runRequest(dir);
    await pool.run(again.request);
    expect(again.observed.lines[0]?.message).toBe(first.observed.lines[0]?.message);
    const other = runRequest(dir, { key: "other/1" });
    await pool.run(other.request);
    expect(other.observed.lines[0]?.message).not.toBe(first.observed.lines[0]?.message);
    expect(pool.processes()).toHaveLength(2);
  });

  test("never more than maxProcesses live at once; the least recently used warm one makes room", async () => {
    const dir = await artifacts.add(parserModule(""));
    const small = openTestPool({ preparedProgram, maxProcesses: 1 });
    const outcomes = await Promise.all(["a", "b", "c"].map((key) => small.run(runRequest(dir, { key }).request)));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["completed", "completed", "completed"]);
    expect(small.processes().length).toBeLessThanOrEqual(1);
    await small.close();
  });

  test("works in its artifact's folder as a Lambda function does, and cannot write there", async () => {
    const written =
      "try { fs.writeFileSync('written', ''); return 'writes'; } catch (refused) { return refused.code; }";
    const told = `console.log(fs.readFileSync('words.txt', 'utf8'), process.env.LAMBDA_TASK_ROOT, process.env.LETS_DATA_STAGE, (() => { ${written} })());`;
    const dir = await artifacts.add(parserModule(told, "import fs from 'node:fs';"));
    writeFileSync(join(dir, "words.txt"), "packed");
    const { request, observed } = runRequest(dir);
    await pool.run(request);
    expect(observed.lines.map(({ message }) => message)).toEqual([
      `packed ${realpathSync(dir)} Test ERR_ACCESS_DENIED`,
    ]);
  });

  test("gives customer code nothing: no environment, files, processes, signals, sockets, channel or database files", async () => {
    process.env.SECRET_OF_THE_WORKER = "s3cret";
    onTestFinished(() => {
      delete process.env.SECRET_OF_THE_WORKER;
    });
    const other = await artifacts.add(parserModule(""));
    const module = join(other, "letsdata_interfaces/readers/parsers/SingleFileParser.js");
    const probes: Record<string, string> = {
      "own environment": "process.env.SECRET_OF_THE_WORKER",
      "worker's environment": "fs.readFileSync('/proc/' + process.ppid + '/environ', 'utf8')",
      "own environment file": "fs.readFileSync('/proc/self/environ', 'utf8')",
      "other artifact": `fs.readFileSync(${JSON.stringify(module)}, 'utf8')`,
      "system files": "fs.readFileSync('/etc/passwd', 'utf8')",
      "prepared program": `fs.appendFileSync(${JSON.stringify(preparedFile)}, "x") ?? 'written'`,
      "write a file": "fs.writeFileSync(new URL('./w', import.meta.url), 'x') ?? 'written'",
      "child process": "childProcess.execSync('id')",
      "worker thread": "new threads.Worker('1', { eval: true })",
      "signal to the worker": "process.kill(process.ppid, 0)",
      "message to the worker": "process.send({ type: 'finished' })",
      "unix socket": "net.connect('/tmp/none.sock')",
      "V8 flags": "v8.setFlagsFromString('--max-old-space-size=8000') ?? 'set'",
      sqlite: "process.getBuiltinModule('node:sqlite')?.DatabaseSync",
      "internal binding": "process.binding('fs')",
    };
    const lines = Object.entries(probes).map(([name, code]) => `probe(${JSON.stringify(name)}, () => ${code});`);
    const imports = `import fs from "node:fs"; import childProcess from "node:child_process"; import net from "node:net";
import threads from "node:worker_threads"; import v8 from "node:v8";
function probe(name, open) {
  let got; try { got = open(); } catch { got = undefined; }
  console.log(name + ": " + (got === undefined ? "refused" : "OPEN"));
}`;
    const dir = await artifacts.add(parserModule(lines.join("\n"), imports));
    const { request, observed } = runRequest(dir);
    expect(await pool.run(request)).toMatchObject({ kind: "completed" });
    expect(observed.lines.map((line) => line.message)).toEqual(Object.keys(probes).map((name) => `${name}: refused`));
  });

  test("console lines become log lines with their level", async () => {
    const code = "console.debug('d', 1); console.warn({ a: 2 }); console.error('e'); process.stdout.write('raw\\n');";
    const { request, observed } = runRequest(await artifacts.add(parserModule(code)));
    await pool.run(request);
    expect(observed.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "DEBUG d 1",
      "WARN { a: 2 }",
      "ERROR e",
      "INFO raw",
    ]);
  });

  test("that prints more at DEBUG than the log takes loses no line of a level that is wanted", async () => {
    const code = "for (let i = 0; i < 30_000; i++) console.debug('detail', i); console.error('at last');";
    const { request, observed } = runRequest(await artifacts.add(parserModule(code)));
    const assignment = { ...request.assignment, leastLogLevel: "INFO" } as const;
    await pool.run({ ...request, assignment });
    expect(observed.lines).toMatchObject([{ level: "ERROR", message: "at last" }]);
    expect(observed.lines[0]?.dropped).toBeUndefined();
  });

  test.each([
    ["through the console", "for (let i = 0; i < 300_000; i++) console.log(line);"],
    ["past the console", "for (let i = 0; i < 20_000; i++) fs.writeSync(1, block);"],
  ])("that prints gigabytes %s neither blocks nor fills the log", async (_how, code) => {
    const before = `import fs from "node:fs"; const line = "x".repeat(5000); const block = ("y".repeat(99) + "\\n").repeat(700);`;
    const { request, observed } = runRequest(await artifacts.add(parserModule(code, before)), { timeoutSeconds: 100 });
    const began = performance.now();
    expect(await pool.run(request)).toMatchObject({ kind: "completed" });
    // The log takes so much of a second: on a slow machine more in all.
    const seconds = (performance.now() - began) / 1_000 + 2;
    const kept = observed.lines.reduce((sum, line) => sum + line.message.length, 0);
    expect(kept).toBeLessThan(seconds * (defaultLogBudget.bytesPerSecond + lineBytesMax));
    expect(observed.lines.reduce((sum, line) => sum + (line.dropped ?? 0), 0)).toBeGreaterThan(0);
  });
});

describe("an attempt that cannot end well is an outcome, and the pool lives on", () => {
  const fine = async () => {
    const { request } = runRequest(await artifacts.add(parserModule("")));
    expect(await pool.run(request)).toMatchObject({ kind: "completed" });
  };

  test("an endless loop is killed at the time-out: TASK_TIMED_OUT with the last checkpoint's counts", async () => {
    const dir = await artifacts.add(parserModule("if (text === 'loop') for (;;);"));
    const assignment = { ...assignmentFor(dir), resumeFrom: { position: null, counts: countsOf(7) } };
    const looping = { ...assignment, reader: { ...assignment.reader, definition: { records: ["loop"], rounds: 1 } } };
    const { request } = runRequest(dir, { assignment: looping, timeoutSeconds: 1.5 });
    const outcome = await pool.run(request);
    expect(errorOf(outcome)).toMatchObject({ code: "TASK_TIMED_OUT" });
    expect(outcome.counts.recordsRead).toBe(7);
    await fine();
  });

  test.each([
    ["objects on the heap", "const all = []; for (;;) all.push({ text, n: all.length });"],
    ["buffers beside the heap", "const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));"],
  ])("%s without end: OUT_OF_MEMORY", async (_what, code) => {
    // On a busy machine V8 takes long to give up.
    const { request } = runRequest(await artifacts.add(parserModule(code)), { timeoutSeconds: 100 });
    expect(errorOf(await pool.run(request))).toMatchObject({ code: "OUT_OF_MEMORY" });
    await fine();
  });

  test.each([
    ["an Error", "throw new TypeError('no such field');", "TypeError: no such field"],
    ["a text", "throw 'plain text';", "'plain text'"],
    ["nothing", "throw undefined;", "undefined"],
    ["an object that cannot be shown", "throw new Proxy({}, { get() { throw 1; } });", "parseDocument threw"],
  ])("a handler that throws %s: HANDLER_EXCEPTION with file and offset", async (_what, code, shown) => {
    const { request } = runRequest(await artifacts.add(parserModule(code)));
    const error = errorOf(await pool.run(request));
    expect(error).toMatchObject({ code: "HANDLER_EXCEPTION" });
    expect(JSON.stringify(error)).toContain("at byte 0 of a.log");
    expect((error as { message: string }).message).toContain(shown);
  });

  test("a handler that ends the process: TASK_CRASHED with the exit code", async () => {
    const { request } = runRequest(await artifacts.add(parserModule("process.exit(3);")));
    const error = errorOf(await pool.run(request));
    expect(error).toMatchObject({ code: "TASK_CRASHED", message: expect.stringContaining("exit code 3") });
    await fine();
  });

  test("kill -9 of the process: TASK_CRASHED with the signal", async () => {
    const { request, observed } = runRequest(await artifacts.add(parserModule("console.log('parsing'); for (;;);")));
    const run = pool.run(request);
    await until("the handler runs", () => observed.lines.length > 0);
    process.kill(pool.processes()[0]?.pid ?? 0, "SIGKILL");
    const error = errorOf(await run);
    expect(error).toMatchObject({ code: "TASK_CRASHED", message: expect.stringContaining("SIGKILL") });
    await fine();
  });

  test("a lost lease kills the process at once: abandoned", async () => {
    const lost = new AbortController();
    const dir = await artifacts.add(parserModule("console.log('parsing'); for (;;);"));
    const { request, observed } = runRequest(dir, { signalLost: lost.signal });
    const run = pool.run(request);
    await until("the handler runs", () => observed.lines.length > 0);
    const pid = pool.processes()[0]?.pid ?? 0;
    lost.abort();
    expect(await run).toMatchObject({ kind: "abandoned" });
    await until("the process is gone", () => !isAlive(pid));
  });

  test.each([
    ["lost its lease by itself", { kind: "abandoned" }],
    ["has a write under way that cannot be called off", { mayStillWrite: true }],
  ])("a process whose attempt %s is gone when the outcome is told, and not reused", async (_what, ending) => {
    const dir = await artifacts.add(parserModule("console.log('pid', process.pid)"));
    const assignment = assignmentFor(dir);
    const { definition, ...reader } = assignment.reader;
    const { request, observed } = runRequest(dir, {
      assignment: { ...assignment, reader: { ...reader, definition: { ...definition, ending } } },
    });
    expect(await pool.run(request)).toMatchObject(ending);
    const pid = Number(observed.lines[0]?.message.split(" ")[1]);
    expect(isAlive(pid)).toBe(false);
    expect(pool.processes()).toEqual([]);
    await fine();
  });

  test("stop reaches the task with its reason", async () => {
    const stop = new AbortController();
    const dir = await artifacts.add(parserModule(""));
    const { request, observed } = runRequest(dir, {
      assignment: assignmentFor(dir, ["a"], 1_000_000),
      signalStop: stop.signal,
    });
    const run = pool.run(request);
    await until("checkpoints move", () => observed.checkpoints.length > 3);
    stop.abort("rerun");
    expect(await run).toMatchObject({ kind: "rerun" });
  });

  test("a machine that cannot start the process is MACHINE_FAILED, for a run and for a description alike", async () => {
    const dir = await artifacts.add(parserModule(""));
    const { request } = runRequest(dir);
    const { execPath } = process;
    // Exists and cannot be executed: the system refuses the start.
    process.execPath = join(dir, "letsdata_interfaces/readers/parsers/SingleFileParser.js");
    try {
      expect(errorOf(await pool.run(request))).toMatchObject({
        code: "MACHINE_FAILED",
        message: expect.stringContaining("EACCES"),
      });
      await expect(
        pool.describe({ artifactDir: dir, language: "JAVASCRIPT", interfaceName: "SingleFileParser" } as never),
      ).rejects.toMatchObject({ code: "MACHINE_FAILED" });
    } finally {
      process.execPath = execPath;
    }
    await fine();
  });

  test("the pool's end is no crash: what runs, waits or comes later is stopped, with the last checkpoint's counts", async () => {
    const dir = await artifacts.add(parserModule("for (;;);"));
    const small = openTestPool({ maxProcesses: 1 });
    const assignment = { ...assignmentFor(dir), resumeFrom: { position: null, counts: countsOf(7) } };
    const { request, observed } = runRequest(dir, { assignment });
    const runs = [small.run(request), small.run({ ...request, key: "waits" })];
    await until("it runs", () => small.processes().some(({ busy }) => busy));
    await small.close();
    for (const outcome of [...(await Promise.all(runs)), await small.run(request)])
      expect(outcome).toMatchObject({ kind: "stopped", counts: countsOf(7) });
    expect(observed.checkpoints).toEqual([]);
  });

  test("a refused checkpoint reaches the task as the Problem it is", async () => {
    const { request } = runRequest(await artifacts.add(parserModule("")), {
      onCheckpoint: async () => {
        throw new Problem("LEASE_LOST", "Another worker holds the task.");
      },
    });
    expect(errorOf(await pool.run(request))).toMatchObject({ code: "LEASE_LOST" });
  });

  test.each([
    ["idle in a promise", "console.log('parsing'); return new Promise(() => setInterval(() => {}, 1000));"],
    ["in an endless loop", "console.log('parsing'); for (;;);"],
  ])("a worker killed with -9 takes its task process along, %s", async (_what, code) => {
    const dir = await artifacts.add(parserModule(code));
    const parent = spawn(process.execPath, [join(import.meta.dirname, "testing/doomed-parent.ts"), dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    parent.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await until("the child runs", () => /child (\d+)/.test(said));
    const pid = Number(/child (\d+)/.exec(said)?.[1]);
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await until("the child is gone", () => !isAlive(pid));
  });
});

describe("describe finds a bad artifact before a dataset runs it", () => {
  const question = (artifactDir: string) =>
    ({ language: "JAVASCRIPT", artifactDir, interfaceName: "SingleFileParser", memoryMegabytes: 128 }) as const;

  test("names the module of a good one", async () => {
    const description = await pool.describe(question(await artifacts.add(parserModule(""))));
    expect(description).toEqual({
      language: "JAVASCRIPT",
      interfaces: { SingleFileParser: "letsdata_interfaces/readers/parsers/SingleFileParser.js" },
    });
    await until("its process is gone", () => pool.processes().length === 0);
  });

  test.each([
    ["missing export", "export class Other {}", "does not export the class SingleFileParser; it exports Other"],
    ["syntax error", "export class SingleFileParser {\n  oops oops\n}", "does not parse: SyntaxError"],
    ["missing method", "export class SingleFileParser { getS3FileType() {} }", "lacks the methods"],
    ["throws at import", "throw new Error('no config');", "cannot be imported: Error: no config"],
    ["imports what is not packed", "import 'left-pad';", "cannot be imported"],
    [
      "throwing constructor",
      "export class SingleFileParser { constructor() { throw 5; } }",
      "constructor of SingleFileParser",
    ],
    ["ends the process", "process.exit(4);", "exit code 4"],
  ])("%s: ARTIFACT_INVALID", async (_what, source, message) => {
    const dir = await artifacts.add(source);
    await expect(pool.describe(question(dir))).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: expect.stringContaining(message),
    });
  });

  test("an endless loop while loading: ARTIFACT_INVALID after its time", async () => {
    const dir = await artifacts.add("for (;;);");
    await expect(pool.describe({ ...question(dir), timeoutSeconds: 1.5 })).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: expect.stringContaining("endless loop"),
    });
  });

  test("a memory hog while loading: OUT_OF_MEMORY", async () => {
    const dir = await artifacts.add("const all = []; for (;;) all.push({ n: all.length });");
    await expect(pool.describe(question(dir))).rejects.toMatchObject({ code: "OUT_OF_MEMORY" });
  });
});

function countsOf(recordsRead: number) {
  return {
    recordsRead,
    documentsWritten: recordsRead,
    recordsSkipped: 0,
    recordsErrored: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };
}
