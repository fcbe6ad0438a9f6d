import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { buildJavaArtifact } from "@letsdata/handlers/java/host-classes";
import { installedJavas } from "@letsdata/handlers/java/testing/installed-javas";
import { parserArtifact } from "@letsdata/handlers/python/testing/artifact-of";
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { TaskOutcome } from "../task-protocol.ts";
import type { TaskProcessPool } from "./task-process-pool.ts";
import { assignmentFor, openTestPool, runRequest } from "./testing/sandbox.ts";

const handlers = resolve(import.meta.dirname, "../../../handlers/src");
/** Each artifact's parser does what the record's text says: loop, memory, print, die, throw. */
const languages = [
  {
    name: "Python",
    path: "",
    language: "PYTHON",
    artifact: async () => join(handlers, "python/testing/artifact"),
    implementation: null,
    source: "SingleFileParser.py",
    crashesIn: /the handler was in line \d+ of SingleFileParser\.py\.$/,
  },
  ...installedJavas().map(
    ({ java, version }) =>
      ({
        name: `Java ${version}`,
        path: java === "java" ? "" : dirname(java) + delimiter,
        language: "JAVA",
        artifact: () => buildJavaArtifact(join(handlers, "java/testing/artifact")),
        implementation: "com.acme.SingleFileParser",
        source: "SingleFileParser.java",
        crashesIn: /the handler was in com\.acme\.SingleFileParser\.die\.$/,
      }) as const,
  ),
] as const;

let pool: TaskProcessPool;
beforeEach(() => {
  pool = openTestPool();
});
afterEach(() => pool.close());

const errorOf = (outcome: TaskOutcome) => (outcome.kind === "failed" ? outcome.error : outcome.kind);

describe.each(languages)("a handler in $name", ({ path, language, artifact, implementation, source, crashesIn }) => {
  let artifactDir: string;
  beforeEach(() => vi.stubEnv("PATH", path + process.env.PATH));
  afterEach(() => vi.unstubAllEnvs());
  beforeAll(async () => {
    artifactDir = await artifact();
  });
  const requestOf = (records: readonly string[], overrides = {}) => {
    const assignment = assignmentFor(artifactDir, records);
    const handler = { ...assignment.handler, language, implementation };
    return runRequest(artifactDir, { assignment: { ...assignment, handler }, ...overrides });
  };

  test("runs to the end; what it prints is in the task's log", async () => {
    const { request, observed } = requestOf(["a", "print"]);
    expect(await pool.run(request)).toMatchObject({ kind: "completed", counts: { recordsRead: 2 } });
    expect(observed.lines.map(({ level, message }) => `${level} ${message}`)).toContain("INFO a stray print");
  });

  test("works in its artifact's folder as in a Lambda function, and cannot write there", async () => {
    const { request, observed } = requestOf(["where"]);
    expect(await pool.run(request)).toMatchObject({ kind: "completed" });
    const told = `reads in ${realpathSync(artifactDir)} of Test: writes nothing`;
    expect(observed.lines.map(({ message }) => message)).toContain(told);
  });

  test("that loops for ever ends as TASK_TIMED_OUT with the line it was in, and its host with it", async () => {
    // From here on it is warm: the time-out finds it in the loop.
    await pool.run(requestOf(["a"]).request);
    const running = pool.run(requestOf(["loop"], { timeoutSeconds: 1.5 }).request);
    const pids = await untilHostRuns(pool);
    const place = expect.stringMatching(new RegExp(`the handler was in line \\d+ of ${source}\\.$`));
    const details = expect.stringMatching(/^Stack .*parseDocument/s);
    expect(errorOf(await running)).toMatchObject({ code: "TASK_TIMED_OUT", message: place, details });
    await untilGone(pids);
  });

  test("that cannot be asked where it is ends as TASK_TIMED_OUT all the same", async () => {
    await pool.run(requestOf(["a"]).request);
    const running = pool.run(requestOf(["deaf"], { timeoutSeconds: 1.5 }).request);
    const pids = await untilHostRuns(pool);
    const error = errorOf(await running);
    expect(error).toMatchObject({ code: "TASK_TIMED_OUT", message: expect.stringMatching(/and was ended\.$/) });
    expect(error).not.toHaveProperty("details");
    await untilGone(pids);
  });

  test("that hangs in a trial: the trial's failure names the line", async () => {
    const hangs = new AbortController();
    const trial = pool.tryOut({
      ...requestOf(["hang"]).request,
      signal: hangs.signal,
      onLog: (lines) => lines.some(({ message }) => message === "hangs from now on") && hangs.abort(),
      readings: [],
      records: 1,
      waitSeconds: 1,
      waitSecondsInAll: 1,
    });
    await expect(trial).rejects.toMatchObject({ code: "TASK_TIMED_OUT", message: expect.stringContaining(source) });
  });

  test("that takes memory without end: OUT_OF_MEMORY with the line that takes it", async () => {
    const { request } = requestOf(["memory"]);
    expect(errorOf(await pool.run(request))).toMatchObject({
      code: "OUT_OF_MEMORY",
      details: expect.stringMatching(
        /parseDocument\(SingleFileParser\.java:\d+\)|SingleFileParser\.py", line \d+, in parseDocument/,
      ),
    });
  });

  test("whose native code faults: TASK_CRASHED with the handler's place and stack", async () => {
    expect(errorOf(await pool.run(requestOf(["crash"]).request))).toMatchObject({
      code: "TASK_CRASHED",
      message: expect.stringMatching(crashesIn),
      details: expect.stringContaining("parseDocument"),
    });
  });

  test("that throws: HANDLER_EXCEPTION with its own stack; that dies: TASK_CRASHED with what it said last", async () => {
    expect(errorOf(await pool.run(requestOf(["throw it"]).request))).toMatchObject({
      code: "HANDLER_EXCEPTION",
      details: expect.stringContaining(source),
    });
    expect(errorOf(await pool.run(requestOf(["die"]).request))).toMatchObject({
      code: "TASK_CRASHED",
      details: expect.stringMatching(/last words|at com\.acme\.SingleFileParser\.die/),
    });
  });
});

function hostsOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean).map(Number);
    return [...children, ...children.flatMap(hostsOf)];
  } catch {
    return [];
  }
}

async function until<T>(what: string, look: () => T | null): Promise<T> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function untilHostRuns(pool: TaskProcessPool): Promise<readonly number[]> {
  return until("a language host runs", () => {
    const hosts = pool.processes().flatMap(({ pid }) => hostsOf(pid));
    return hosts.length > 0 ? hosts : null;
  });
}

function untilGone(pids: readonly number[]): Promise<true> {
  return until("the language host is gone", () => {
    const alive = pids.filter((pid) => {
      try {
        // A killed process that nobody has waited for yet is a zombie: state Z.
        return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
      } catch {
        return false;
      }
    });
    return alive.length === 0 ? true : null;
  });
}

test("lines of the logger supplied to Python handlers are in the log with their levels", async () => {
  const artifactDir = await languages[0].artifact();
  const assignment = assignmentFor(artifactDir, ["log"]);
  const handler = { ...assignment.handler, language: "PYTHON" as const };
  const { request, observed } = runRequest(artifactDir, { assignment: { ...assignment, handler } });
  await pool.run(request);
  expect(observed.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    "DEBUG a detail",
    "ERROR an error",
  ]);
});

test("what a Python handler tells at DEBUG takes no room of what is wanted", async () => {
  const body = 'for _ in range(30_000): logger.debug("a detail")\nlogger.error("at last")';
  const artifactDir = parserArtifact({ before: "from letsdata_utils.logging_utils import logger", body });
  const assignment = { ...assignmentFor(artifactDir, ["a"]), leastLogLevel: "INFO" } as const;
  const handler = { ...assignment.handler, language: "PYTHON" as const };
  const { request, observed } = runRequest(artifactDir, { assignment: { ...assignment, handler } });
  await pool.run(request);
  expect(observed.lines).toMatchObject([{ level: "ERROR", message: "at last" }]);
  expect(observed.lines[0]?.dropped).toBeUndefined();
});

test("a Python module that loops for ever while it is loaded: ARTIFACT_INVALID with the line", async () => {
  const artifactDir = mkdtempSync(join(tmpdir(), "letsdata-looping-module-"));
  onTestFinished(() => rmSync(artifactDir, { recursive: true }));
  const parser = join(artifactDir, "letsdata_interfaces/readers/parsers/SingleFileParser.py");
  mkdirSync(dirname(parser), { recursive: true });
  writeFileSync(parser, "seen = 0\nwhile True: seen += 1\n");
  // The time in which Python has to get there, too: three times as long on a busy machine.
  const question = { language: "PYTHON", artifactDir, interfaceName: "SingleFileParser", timeoutSeconds: 6 } as const;
  await expect(pool.describe(question)).rejects.toMatchObject({
    code: "ARTIFACT_INVALID",
    message: expect.stringContaining("the handler was in line 2 of SingleFileParser.py"),
    details: { stack: expect.stringContaining("while True: seen += 1") },
  });
});

test.each(["JAVASCRIPT", "PYTHON"] as const)(
  "the files of a Lambda image run in a task process, in %s",
  async (language) => {
    const artifactDir = join(handlers, "lambda-bridge/testing/published-image");
    const assignment = assignmentFor(artifactDir, ["a", "skip it"]);
    const handler = { ...assignment.handler, language };
    const { request } = runRequest(artifactDir, { assignment: { ...assignment, handler } });
    expect(await pool.run(request)).toMatchObject({ kind: "completed", counts: { recordsRead: 2 } });
  },
);
