import { Problem } from "@letsdata/plugin-kit/problems";
import { describe, expect, test } from "vitest";
import {
  type InitialisationProgress,
  type InitialisePorts,
  initialiseDataset,
  type PlannedTask,
} from "./initialise.ts";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { openText, planBatchSize } from "./plan-tasks.ts";
import { bodyWith, examples } from "./testing/example-bodies.ts";

const datasetId = "0123456789abcdef0123456789abcdef";

interface World {
  readonly ports: InitialisePorts;
  readonly calls: string[];
  readonly tasks: Map<string, PlannedTask>;
}
function world(changes: Partial<InitialisePorts> = {}, manifest = "a\nb\na"): World {
  const calls: string[] = [];
  const tasks = new Map<string, PlannedTask>();
  const ports: InitialisePorts = {
    checkGrant: async () => [],
    checkAccess: async (thing) => {
      calls.push(`check ${thing}`);
      return [];
    },
    loadArtifact: async () => void calls.push("load"),
    openManifest: () => openText(manifest)(),
    planSource: async function* () {},
    provision: async (component) => {
      calls.push(`provision ${component}`);
      return [{ kind: "stream", name: component, arn: "arn", region: "eu-west-1" }];
    },
    provisionIntermediate: async () => {
      calls.push("provision intermediate bucket");
      return [{ kind: "s3-bucket", name: "between", arn: "arn", region: "eu-west-1" }];
    },
    makeCustomerAccessRole: async () => "arn:aws:iam::000000000001:role/Test",
    assumeCustomerAccess: async () => "refused",
    beginPlan: async (fingerprint) => fingerprint ?? "source",
    insertTasks: async (planned) => {
      for (const task of planned) tasks.set(task.taskId, task);
    },
    ...changes,
  };
  return { ports, calls, tasks };
}
function initialise(
  ports: InitialisePorts,
  body: unknown = bodyWith({}),
  onProgress?: (progress: InitialisationProgress) => void,
) {
  const parsed = parseDatasetConfig(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return initialiseDataset({
    datasetId,
    config: parsed.config,
    ports,
    signal: new AbortController().signal,
    ...(onProgress ? { onProgress } : {}),
  });
}
async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Problem)) throw new Error(`no Problem was thrown: ${thrown}`);
  return thrown;
}

describe("initialising a dataset", () => {
  test("checks everything, then makes, opens and plans", async () => {
    const { ports, calls, tasks } = world();
    const steps: string[] = [];
    const done = await initialise(ports, bodyWith({}), (progress) => {
      if (progress.state === "done") steps.push(progress.step);
    });
    expect(calls).toEqual([
      "check readConnector",
      "check artifact",
      "load",
      "provision errorConnector",
      "provision writeConnector",
    ]);
    expect(steps).toEqual([
      "checkGrant",
      "checkAccess",
      "loadArtifact",
      "checkManifest",
      "provisionErrorConnector",
      "provisionWriteConnector",
      "customerAccess",
      "planTasks",
    ]);
    expect(done).toMatchObject({ totalTasks: 3, customerAccessRoleArn: "arn:aws:iam::000000000001:role/Test" });
    expect(done.notices).toMatchObject([
      {
        message: "1 manifest line repeats an earlier one: each is a task of its own.",
        findings: [{ message: expect.stringMatching(/^Line 3 repeats/) }],
      },
    ]);
    expect(tasks.size).toBe(3);
  });

  test("has a target of the customer's changed as configured, and makes nothing else of the customer's", async () => {
    const target = { connectorDestination: "KINESIS", resourceLocation: "Customer", kinesisStreamName: "s" };
    const { ports, calls } = world();
    await initialise(
      ports,
      bodyWith({
        accessGrantRoleArn: "arn:aws:iam::111122223333:role/Grant",
        writeConnector: { ...target, kinesisShardCount: 4 },
        errorConnector: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "errors-of-mine" },
      }),
    );
    expect(calls.filter((call) => call.startsWith("provision"))).toEqual(["provision writeConnector"]);
  });

  test("makes the endpoint of a model last, once everything else is there", async () => {
    const { body } = examples.find(({ name }) => name === "SageMaker, own model")!;
    const { ports, calls } = world();
    await initialise(ports, body);
    expect(calls).toContain("check modelFile");
    expect(calls).not.toContain("check endpoint");
    expect(calls.filter((call) => call.startsWith("provision"))).toEqual([
      "provision errorConnector",
      "provision writeConnector",
      "provision endpoint",
    ]);
  });

  test("again after a crash at any call ends with the same tasks", async () => {
    const names = [
      "checkAccess",
      "loadArtifact",
      "provision",
      "makeCustomerAccessRole",
      "beginPlan",
      "insertTasks",
    ] as const;
    const whole = world();
    await initialise(whole.ports);
    for (const name of names) {
      const { ports, tasks } = world();
      let crash = true;
      const crashing = {
        ...ports,
        [name]: async (...parameters: unknown[]) => {
          const result = await (ports[name] as (...all: unknown[]) => Promise<unknown>)(...parameters);
          if (crash) throw new Error("killed");
          return result;
        },
      } as InitialisePorts;
      await expect(initialise(crashing)).rejects.toThrow("killed");
      crash = false;
      await initialise(crashing);
      expect([...tasks.keys()]).toEqual([...whole.tasks.keys()]);
    }
  });

  test("one bad line behind thousands of good ones and nothing is made; repeated lines are told with their numbers", async () => {
    const good = Array.from({ length: 2 * planBatchSize + 1 }, (_, line) => `part-${line}`);
    const bad = world({}, [...good, "x".repeat(1025)].join("\n"));
    const problem = await problemOf(initialise(bad.ports));
    const last = `Line ${good.length + 1}`;
    expect(problem.errors).toMatchObject([
      { code: "MANIFEST_INVALID", message: expect.stringMatching(new RegExp(`^${last} `)) },
    ]);
    expect(bad.calls.filter((call) => call.startsWith("provision"))).toEqual([]);
    expect(bad.tasks.size).toBe(0);

    const repeated = world({}, [...good, "part-7"].join("\n"));
    const { totalTasks, notices } = await initialise(repeated.ports);
    expect(totalTasks).toBe(good.length + 1);
    expect(repeated.tasks.size).toBe(totalTasks);
    expect(notices).toMatchObject([{ findings: [{ message: `${last} repeats an earlier one: part-7` }] }]);
  });

  test("tasks are inserted under the plan of their manifest: the same one again is the same plan, a changed one another", async () => {
    const planOf = async (manifest: string) => {
      const plans: string[] = [];
      const insertTasks: InitialisePorts["insertTasks"] = async (_, plan) => void plans.push(plan);
      const { plan } = await initialise(world({ insertTasks }, manifest).ports);
      expect(plans).toEqual([plan]);
      return plan;
    };
    const plan = await planOf("a\nb");
    expect(await planOf("a\nb")).toBe(plan);
    expect(await planOf("b\na")).not.toBe(plan);
  });

  test("a batch that cannot be inserted ends the planning with its reason, though the next is being read", async () => {
    const lines = Array.from({ length: 3 * planBatchSize }, (_, line) => `part-${line}`).join("\n");
    let batches = 0;
    const insertTasks = async () => {
      batches++;
      await new Promise((resolve) => setImmediate(resolve));
      throw new Problem("DATABASE_UNAVAILABLE", "away");
    };
    const problem = await problemOf(initialise(world({ insertTasks }, lines).ports));
    expect({ code: problem.code, batches }).toEqual({ code: "DATABASE_UNAVAILABLE", batches: 1 });
  });

  test("with a role that is open to others nothing of the customer's is touched", async () => {
    const finding = { path: "accessGrantRoleArn", code: "ACCESS_ROLE_TOO_OPEN", message: "open", fix: "trust policy" };
    const { ports, calls } = world({ checkGrant: async () => [finding] });
    const problem = await problemOf(initialise(ports));
    expect(problem.code).toBe("ACCESS_ROLE_TOO_OPEN");
    expect(problem.errors).toEqual([finding]);
    expect(calls).toEqual([]);
  });

  test("all findings come back together and nothing is made", async () => {
    const { ports, calls, tasks } = world(
      {
        checkAccess: async (thing) =>
          thing === "readConnector"
            ? [{ path: "readConnector.bucketName", code: "ACCESS_DENIED", message: "s3:GetObject" }]
            : [],
        loadArtifact: async () => {
          throw new Problem("ARTIFACT_INVALID", "no export");
        },
      },
      "a\nb\uFFFD",
    );
    const problem = await problemOf(initialise(ports));
    expect(problem.code).toBe("CONFIG_INVALID");
    expect(problem.errors.map((error) => `${error.path} ${error.code}`)).toEqual([
      "readConnector.bucketName ACCESS_DENIED",
      "readConnector.artifactFileS3Link ARTIFACT_INVALID",
      "manifestFile.fileContents MANIFEST_INVALID",
    ]);
    expect(calls.some((call) => call.startsWith("provision"))).toBe(false);
    expect(tasks.size).toBe(0);
  });

  test("a finding inside an artifact is told under its attribute, with a code and a fix of the catalogue", async () => {
    const { ports } = world({
      loadArtifact: async () => {
        throw new Problem("ARTIFACT_INVALID", "does not parse", {
          errors: [{ path: "dist/mine.js", code: "SYNTAX_ERROR", message: "unexpected }" }],
        });
      },
    });
    const problem = await problemOf(initialise(ports));
    expect(problem.code).toBe("ARTIFACT_INVALID");
    expect(problem.errors).toEqual([
      {
        path: "readConnector.artifactFileS3Link",
        code: "ARTIFACT_INVALID",
        message: "dist/mine.js: unexpected }",
        fix: problem.entry.fix,
      },
    ]);
  });

  test("throttling is not the customer's mistake", async () => {
    const { ports } = world({
      checkAccess: async () => {
        throw new Problem("THROTTLED", "slow down");
      },
    });
    expect((await problemOf(initialise(ports))).code).toBe("THROTTLED");
  });

  test("a source without lines plans itself, and lines become Spark steps as asked", async () => {
    const bodyOf = (name: string) => examples.find((example) => example.name === name)!.body;
    const cases = [
      ["SQS", 2],
      ["DynamoDB", 2],
      ["Kinesis", 2],
      ["Spark", 4],
    ] as const;
    for (const [name, count] of cases) {
      const { ports, tasks } = world({
        planSource: async function* () {
          yield { position: "0", readerDefinition: {} };
          yield { position: "1", readerDefinition: {} };
        },
      });
      await initialise(ports, bodyOf(name));
      expect(`${name} ${tasks.size}`).toBe(`${name} ${count}`);
    }
  });

  test("Spark gets a bucket between its steps where it has both, and the reducer is told of the manifest it follows", async () => {
    const spark = examples.find(({ name }) => name === "Spark")!.body as { readonly computeEngine: object };
    const planned = async (runSparkInterfaces: string) => {
      const { ports, calls, tasks } = world();
      await initialise(ports, { ...spark, computeEngine: { ...spark.computeEngine, runSparkInterfaces } });
      const steps = [...tasks.values()].map(({ position, readerDefinition }) => [position, readerDefinition]);
      return { hasBucket: calls.includes("provision intermediate bucket"), steps };
    };
    const mapper = (line: number, key: string) => [
      String(line),
      { line: line + 1, fileNames: { "": key }, sparkStep: "mapper" },
    ];
    const mappers = [mapper(0, "a"), mapper(1, "b"), mapper(2, "a")];
    const reducer = ["reducer", { sparkStep: "reducer", lines: 3, fingerprint: expect.any(String) }];
    expect(await planned("MAPPER_AND_REDUCER")).toEqual({ hasBucket: true, steps: [...mappers, reducer] });
    expect(await planned("MAPPER_ONLY")).toEqual({ hasBucket: false, steps: mappers });
    expect(await planned("REDUCER_ONLY")).toEqual({ hasBucket: false, steps: [reducer] });
  });

  test("a source with nothing to read is refused", async () => {
    const { ports } = world();
    const kinesis = examples.find((example) => example.name === "Kinesis")!.body;
    expect((await problemOf(initialise(ports, kinesis))).code).toBe("MANIFEST_INVALID");
  });
});
