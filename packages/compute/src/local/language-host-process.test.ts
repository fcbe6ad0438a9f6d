import { readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { buildJavaArtifact } from "@letsdata/handlers/java/host-classes";
import { installedJavas } from "@letsdata/handlers/java/testing/installed-javas";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
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
      }) as const,
  ),
] as const;

let pool: TaskProcessPool;
beforeEach(() => {
  pool = openTestPool();
});
afterEach(() => pool.close());

const errorOf = (outcome: TaskOutcome) => (outcome.kind === "failed" ? outcome.error : outcome.kind);

describe.each(languages)("a handler in $name", ({ path, language, artifact, implementation, source }) => {
  let artifactDir: string;
  beforeEach(() => vi.stubEnv("PATH", path + process.env.PATH));
  afterEach(() => vi.unstubAllEnvs());
  beforeAll(async () => {
    artifactDir = await artifact();
  }, 120_000);
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

  test("that loops for ever is killed with its host at the time-out", async () => {
    const { request } = requestOf(["loop"], { timeoutSeconds: 3 });
    const running = pool.run(request);
    const pids = await untilHostRuns(pool);
    expect(errorOf(await running)).toMatchObject({ code: "TASK_TIMED_OUT" });
    await untilGone(pids);
  });

  test("that takes memory without end: OUT_OF_MEMORY", async () => {
    const { request } = requestOf(["memory"]);
    expect(errorOf(await pool.run(request))).toMatchObject({ code: "OUT_OF_MEMORY" });
  });

  test("that throws: HANDLER_EXCEPTION with its own stack; that dies: TASK_CRASHED", async () => {
    expect(errorOf(await pool.run(requestOf(["throw it"]).request))).toMatchObject({
      code: "HANDLER_EXCEPTION",
      details: expect.stringContaining(source),
    });
    expect(errorOf(await pool.run(requestOf(["die"]).request))).toMatchObject({ code: "TASK_CRASHED" });
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
