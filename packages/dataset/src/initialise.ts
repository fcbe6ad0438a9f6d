import type { ProvisionedResource, TaskPlan } from "@letsdata/plugin-kit/connector";
import {
  asProblem,
  Problem,
  type ProblemCode,
  type ProblemDetail,
  problemCatalogue,
} from "@letsdata/plugin-kit/problems";
import type { DatasetConfig } from "./dataset-config.ts";
import type { Notice } from "./findings.ts";
import { lineGrammarOf } from "./manifest-lines.ts";
import { checkManifest, type ManifestCheck, type ManifestInput, planBatchSize, planManifest } from "./plan-tasks.ts";
import {
  needsAccessGrant,
  needsCustomerAccessRole,
  type OwnedThing,
  ownedThings,
  ownerOf,
  pathOfThing,
} from "./resource-owners.ts";
import { hasIntermediateBucket, type SparkReducerDefinition, type SparkStepName, sparkStepsOf } from "./spark-step.ts";
import { taskIdOf } from "./task-id.ts";

/** A task to be inserted; inserting one that is there already changes nothing. */
export interface PlannedTask extends TaskPlan {
  readonly taskId: string;
}

/** What LetsData makes before a dataset runs, in this order: what takes longest, last. */
const provisionedComponents = ["errorConnector", "writeConnector", "endpoint"] as const;
export type ProvisionedComponent = (typeof provisionedComponents)[number];

/** The outside world of an initialisation. Every call is repeatable: a crash anywhere is mended by doing all again. */
export interface InitialisePorts {
  /**
   * Assumes the access grant role as the dataset's user: it must let in with the user's id as external id, and refuse without
   * and with a wrong one, or one customer could use another's role. Findings carry the trust policy to set.
   */
  checkGrant(signal: AbortSignal): Promise<readonly ProblemDetail[]>;
  /** The smallest real call per resource; findings name action, ARN and fix. */
  checkAccess(thing: OwnedThing, signal: AbortSignal): Promise<readonly ProblemDetail[]>;
  /** Fetches, unpacks and describes the handler. Throws ARTIFACT_INVALID, ARTIFACT_TOO_LARGE. */
  loadArtifact(signal: AbortSignal): Promise<void>;
  /** Plain bytes of an S3 manifest from its beginning; called once to check and once to plan. */
  openManifest(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Tasks of a source without lines: queue workers, segments, shards. Throws NOT_AVAILABLE_LOCALLY. */
  planSource(signal: AbortSignal): AsyncIterable<TaskPlan>;
  provision(component: ProvisionedComponent, signal: AbortSignal): Promise<readonly ProvisionedResource[]>;
  /** Makes the bucket between Spark's mappers and its reducer. */
  provisionIntermediate(signal: AbortSignal): Promise<readonly ProvisionedResource[]>;
  /** Makes the customer access role and returns its ARN. */
  makeCustomerAccessRole(signal: AbortSignal): Promise<string>;
  /** Tries the customer access role with a wrong external id or none. */
  assumeCustomerAccess(externalId: string | undefined, signal: AbortSignal): Promise<"assumed" | "refused">;
  /**
   * Removes tasks that an initialisation of another manifest or configuration left, keeps those of the same one, and returns the name of
   * this plan. Null: nothing tells whether a source is still cut as it was. Throws LEASE_LOST where the dataset is planned already.
   */
  beginPlan(manifestFingerprint: string | null, signal: AbortSignal): Promise<string>;
  /** Throws LEASE_LOST where another plan was begun since. */
  insertTasks(tasks: readonly PlannedTask[], plan: string, signal: AbortSignal): Promise<void>;
}

export const initialisationSteps = {
  checkGrant: "Check the access grant role",
  checkAccess: "Check access to your resources",
  loadArtifact: "Load the handler",
  checkManifest: "Check the manifest",
  provisionErrorConnector: "Make the error bucket",
  provisionWriteConnector: "Make the write target",
  provisionEndpoint: "Make the model's endpoint; it may take up to 30 minutes",
  provisionIntermediate: "Make the bucket between mappers and reducer",
  customerAccess: "Open the results to your account",
  planTasks: "Plan the tasks",
} as const;
export type InitialisationStep = keyof typeof initialisationSteps;

const provisionSteps = {
  errorConnector: "provisionErrorConnector",
  writeConnector: "provisionWriteConnector",
  endpoint: "provisionEndpoint",
} as const satisfies Record<ProvisionedComponent, InitialisationStep>;

export interface InitialisationProgress {
  readonly step: InitialisationStep;
  readonly state: "started" | "done";
  /** Tasks planned so far. */
  readonly plannedTasks?: number;
}

export interface InitialiseInput {
  readonly datasetId: string;
  readonly config: DatasetConfig;
  readonly ports: InitialisePorts;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: InitialisationProgress) => void | Promise<void>;
}

export interface Initialised {
  readonly resources: readonly ProvisionedResource[];
  readonly customerAccessRoleArn: string | null;
  readonly totalTasks: number;
  /** The name `beginPlan` gave: the tasks are of this plan and no other. */
  readonly plan: string;
  readonly notices: readonly InitialisationNotice[];
}

/** Worth knowing and no reason to stop, such as repeated manifest lines. */
export interface InitialisationNotice extends Notice {
  /** The places it is about, at most 100. */
  readonly findings: readonly ProblemDetail[];
}

/**
 * Makes a created dataset ready to run (product.md §9.3, §11.3). Everything is checked before anything is made; what is
 * wrong comes back in one Problem with `errors`. Problems worth repeating (throttling, outages) are thrown as they are.
 */
export async function initialiseDataset(input: InitialiseInput): Promise<Initialised> {
  const { config, ports, signal } = input;
  const manifest = manifestInputOf(config, ports, signal);
  const check = await checkEverything(input, manifest);

  const resources: ProvisionedResource[] = [];
  for (const component of provisionedComponents) {
    if (ownerOf(config, component) !== "LetsData") continue;
    const step = provisionSteps[component];
    resources.push(...(await inStep(input, step, () => ports.provision(component, signal))));
  }
  if (hasIntermediateBucket(config))
    resources.push(...(await inStep(input, "provisionIntermediate", () => ports.provisionIntermediate(signal))));
  const customerAccessRoleArn = needsCustomerAccessRole(config)
    ? await inStep(input, "customerAccess", () => openResults(ports, signal))
    : null;
  const { plan, totalTasks } = await inStep(input, "planTasks", async () => {
    const begun = await ports.beginPlan(check?.fingerprint ?? null, signal);
    return { plan: begun, totalTasks: await insertPlans(input, begun, plansOf(input, manifest, check)) };
  });
  if (totalTasks === 0)
    throw new Problem("MANIFEST_INVALID", "The source has nothing to read", { path: "manifestFile" });
  return { resources, customerAccessRoleArn, totalTasks, plan, notices: duplicatesNotice(check) };
}

/** The checks of an initialisation without its manifest, for a dataset whose tasks are planned. Throws one Problem with `errors`. */
export async function checkDataset(input: InitialiseInput): Promise<void> {
  await checkEverything(input, null);
}

async function inStep<T>(input: InitialiseInput, step: InitialisationStep, work: () => Promise<T>): Promise<T> {
  input.signal.throwIfAborted();
  await input.onProgress?.({ step, state: "started" });
  const result = await work();
  await input.onProgress?.({ step, state: "done" });
  return result;
}

async function checkEverything(input: InitialiseInput, manifest: ManifestInput | null): Promise<ManifestCheck | null> {
  const { config, ports, signal } = input;
  const errors: ProblemDetail[] = [];
  const unreachable = new Set<OwnedThing>();

  let isGranted = true;
  if (needsAccessGrant(config)) {
    const findings = await inStep(input, "checkGrant", () =>
      collected("accessGrantRoleArn", () => ports.checkGrant(signal)),
    );
    isGranted = findings.length === 0;
    errors.push(...findings);
  }
  await inStep(input, "checkAccess", async () => {
    const things = ownedThings.filter((thing) => isToBeChecked(config, thing, isGranted));
    const findings = await Promise.all(
      things.map((thing) => collected(pathOfThing[thing], () => ports.checkAccess(thing, signal))),
    );
    things.forEach((thing, index) => {
      if (findings[index]!.length > 0) unreachable.add(thing);
      errors.push(...findings[index]!);
    });
  });

  const isReachable = (thing: OwnedThing) =>
    !unreachable.has(thing) && (isGranted || ownerOf(config, thing) !== "Customer");
  if (isReachable("artifact") && isReachable("image"))
    errors.push(
      ...(await inStep(input, "loadArtifact", () =>
        collected(pathOfThing.artifact, async () => {
          await ports.loadArtifact(signal);
          return [];
        }),
      )),
    );
  let check: ManifestCheck | null = null;
  if (manifest && isReachable("manifestFile"))
    errors.push(
      ...(await inStep(input, "checkManifest", () =>
        collected(manifest.path, async () => {
          check = await checkManifest(manifest);
          return [];
        }),
      )),
    );
  if (errors.length > 0) throw problemOf(errors);
  return check;
}

/** What LetsData will make has nothing to check yet; what it reads with its own rights has. */
function isToBeChecked(config: DatasetConfig, thing: OwnedThing, isGranted: boolean): boolean {
  const owner = ownerOf(config, thing);
  if (owner === "Customer") return isGranted;
  const isMade = thing === "writeConnector" || thing === "errorConnector" || thing === "endpoint";
  return owner === "LetsData" && !isMade;
}

async function openResults(ports: InitialisePorts, signal: AbortSignal): Promise<string> {
  const roleArn = await ports.makeCustomerAccessRole(signal);
  for (const externalId of [undefined, "0".repeat(32)])
    if ((await ports.assumeCustomerAccess(externalId, signal)) === "assumed")
      throw new Problem("INTERNAL", "The customer access role can be assumed without its external id");
  return roleArn;
}

/** Findings of a check, returned or thrown; what is worth repeating is thrown on. */
async function collected(
  path: string,
  check: () => Promise<readonly ProblemDetail[]>,
): Promise<readonly ProblemDetail[]> {
  try {
    return await check();
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.entry.retry !== "never" || problem.entry.actor === "system") throw thrown;
    if (problem.errors.length > 0) return problem.errors.map((error) => placed(error, path, problem));
    return [{ path: problem.path ?? path, code: problem.code, message: problem.message, fix: problem.entry.fix }];
  }
}

/** The finding under the attribute that is to be mended, whatever place inside an artifact or manifest it names itself. */
function placed(error: ProblemDetail, path: string, { code, entry }: Problem): ProblemDetail {
  const isElsewhere = error.path !== "" && error.path !== path && !error.message.includes(error.path);
  return {
    path,
    code: Object.hasOwn(problemCatalogue, error.code) ? error.code : code,
    message: isElsewhere ? `${error.path}: ${error.message}` : error.message,
    fix: error.fix ?? entry.fix,
  };
}

function problemOf(errors: readonly ProblemDetail[]): Problem {
  const codes = new Set(errors.map((error) => error.code));
  const only = codes.size === 1 ? errors[0]!.code : undefined;
  const code = only !== undefined && Object.hasOwn(problemCatalogue, only) ? (only as ProblemCode) : "CONFIG_INVALID";
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new Problem(code, `${errors[0]!.message}${rest}`, { path: errors[0]!.path, errors });
}

function manifestInputOf(config: DatasetConfig, ports: InitialisePorts, signal: AbortSignal): ManifestInput | null {
  const { manifestType } = config.manifestFile;
  if (manifestType !== "S3ReaderTextManifestFile" && manifestType !== "S3ReaderS3LinkManifestFile") return null;
  return {
    grammar: lineGrammarOf(config.readConnector.readerType),
    path: manifestType === "S3ReaderTextManifestFile" ? "manifestFile.fileContents" : "manifestFile.manifestFileS3Uri",
    open: () => ports.openManifest(signal),
  };
}

function plansOf(
  { config, ports, signal }: InitialiseInput,
  manifest: ManifestInput | null,
  check: ManifestCheck | null,
): AsyncIterable<readonly TaskPlan[]> {
  if (!manifest || !check) return inBatches(ports.planSource(signal));
  const plans = planManifest(manifest, check);
  const steps = sparkStepsOf(config);
  return steps.length > 0 ? sparkPlans(plans, steps, check) : plans;
}

/** A mapper for each line, one reducer behind them; alone, the reducer is over every line. */
async function* sparkPlans(
  plans: AsyncIterable<readonly TaskPlan[]>,
  steps: readonly SparkStepName[],
  { lines, fingerprint }: ManifestCheck,
): AsyncGenerator<readonly TaskPlan[]> {
  for await (const batch of plans) {
    if (!steps.includes("mapper")) continue;
    yield batch.map((plan) => ({ ...plan, readerDefinition: { ...plan.readerDefinition, sparkStep: "mapper" } }));
  }
  if (!steps.includes("reducer")) return;
  const readerDefinition: SparkReducerDefinition = { sparkStep: "reducer", lines, fingerprint };
  yield [{ position: "reducer", readerDefinition: { ...readerDefinition } }];
}

async function* inBatches(plans: AsyncIterable<TaskPlan>): AsyncGenerator<readonly TaskPlan[]> {
  let batch: TaskPlan[] = [];
  for await (const plan of plans) {
    batch.push(plan);
    if (batch.length < planBatchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** While one batch is inserted the next is read. */
async function insertPlans(
  input: InitialiseInput,
  plan: string,
  batches: AsyncIterable<readonly TaskPlan[]>,
): Promise<number> {
  let plannedTasks = 0;
  const insert = async (tasks: readonly PlannedTask[]) => {
    await input.ports.insertTasks(tasks, plan, input.signal);
    plannedTasks += tasks.length;
    await input.onProgress?.({ step: "planTasks", state: "started", plannedTasks });
  };
  let inserting: Promise<void> | undefined;
  try {
    for await (const batch of batches) {
      input.signal.throwIfAborted();
      const tasks = batch.map((task) => ({ ...task, taskId: taskIdOf(input.datasetId, task.position) }));
      await inserting;
      inserting = insert(tasks);
      // Awaited with the next batch; until then its failure is nobody's.
      inserting.catch(() => undefined);
    }
  } finally {
    await inserting;
  }
  return plannedTasks;
}

function duplicatesNotice(check: ManifestCheck | null): readonly InitialisationNotice[] {
  if (!check || check.duplicates === 0) return [];
  const { duplicates, duplicateLines } = check;
  const what = duplicates === 1 ? "1 manifest line repeats" : `${duplicates} manifest lines repeat`;
  const listed = duplicates > duplicateLines.length ? ` The first ${duplicateLines.length} are listed.` : "";
  const message = `${what} an earlier one: each is a task of its own.${listed}`;
  return [{ path: "manifestFile", message, findings: duplicateLines }];
}
