import { randomUUID } from "node:crypto";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { type Components, openProofCloud } from "@letsdata/access/testing/proof-cloud";
import { createDatabase } from "@letsdata/database/database";
import type { Jobs, RunningJob } from "@letsdata/database/jobs";
import type { StoredDataset } from "@letsdata/database/stores/dataset-store";
import { appendLogLines } from "@letsdata/database/stores/log-store";
import { createRequest, requestById, type StoredRequest } from "@letsdata/database/stores/request-store";
import { sampleTenant } from "@letsdata/database/testing/sample-rows";
import { startTestDatabase } from "@letsdata/database/testing/start-test-database";
import { createDatasetContexts } from "../dataset-contexts.ts";
import type { WorkerDependencies } from "../dependencies.ts";
import { LogLines } from "../log-lines.ts";
import { workOnRequests } from "../loops/carry-out-requests.ts";
import { workOnInitialisations } from "../loops/initialise-datasets.ts";

const OK = 200;
const REFUSED = 403;

/** What a call to the cloud is about: the action of its target, or method and path. */
export type OnCall = (call: string) => Promise<"refuse" | undefined>;
/** Before a handler's code is opened; what it throws is thrown by the cache. */
export type OnOpenArtifact = () => Promise<void>;
type Job = { readonly name: string; readonly data: object; readonly startAfterSeconds: number | undefined };

/** Jobs of a worker over a database and a cloud of their own; each job is run when the test says so. */
export async function openWorkerBench() {
  const server = await startTestDatabase();
  const database = createDatabase(server.url, { connectionsMax: 10 });
  const cloud = await openProofCloud();
  let onCall: OnCall = async () => undefined;
  let onOpenArtifact: OnOpenArtifact = async () => {};
  const proxy = createServer(async (request, response) => {
    const action = String(request.headers["x-amz-target"] ?? "").split(".")[1];
    if ((await onCall(action ?? `${request.method} ${request.url}`)) === "refuse") {
      request.resume();
      const message = "The organisation allows it no more.";
      const inXml = `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
      const inJson = JSON.stringify({ __type: "AccessDeniedException", message });
      response.writeHead(REFUSED, { "content-type": action ? "application/x-amz-json-1.1" : "application/xml" });
      response.end(action ? inJson : inXml);
      return;
    }
    const { method, headers } = request;
    const target = new URL(request.url ?? "/", cloud.installation.endpoint);
    const forwarded = forward(target, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? OK, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  const installation = {
    ...cloud.installation,
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  };

  const tenantId = await sampleTenant(database);
  const { userId, iamUserArn } = cloud.owner;
  await database.user.create({ data: { id: userId, name: "Owner", email: `${userId}@example.com`, iamUserArn } });
  const nothing = () => {};
  const log = { info: nothing, warn: nothing, error: nothing };
  const dependencies = {
    database,
    installation,
    log,
    logLines: new LogLines((lines) => appendLogLines(database, lines), log),
    contexts: createDatasetContexts(database, installation),
    // Code of handlers is no matter of these jobs.
    artifacts: {
      async open() {
        await onOpenArtifact();
        return { artifactDir: "/", digest: "0" };
      },
      remove: async () => {},
    },
    pool: { describe: async () => ({ language: "JAVASCRIPT" }) },
  } as unknown as WorkerDependencies;

  const enqueued: Job[] = [];
  const lostJobs: object[] = [];
  const handlers = new Map<string, (job: RunningJob<object>) => Promise<void>>();
  const jobs: Jobs = {
    async enqueue(_transaction, name, data, { startAfterSeconds } = {}) {
      enqueued.push({ name, data, startAfterSeconds });
      return randomUUID();
    },
    async work(name, handler) {
      handlers.set(name, handler as (job: RunningJob<object>) => Promise<void>);
    },
    isOpen: async (_name, data) => !lostJobs.some((lost) => isDeepStrictEqual(lost, data)),
    stop: async () => {},
  };
  await workOnRequests(jobs, dependencies, nothing);
  await workOnInitialisations(jobs, dependencies, nothing);
  const never = new AbortController().signal;
  const run = (name: string, data: object, { signal = never, isLastTry = false }: Partial<RunningJob<object>> = {}) =>
    handlers.get(name)!({ id: randomUUID(), data, signal, isLastTry, group: null });

  return {
    database,
    cloud,
    dependencies,
    tenantId,
    /** Jobs that were put into the queue, in their order. */
    enqueued,
    jobs,
    /** Data by which a job is looked for in vain: it failed, or is gone. Every other job is there. */
    lostJobs,
    watchCalls(listener: OnCall): void {
      onCall = listener;
    },
    watchArtifacts(listener: OnOpenArtifact): void {
      onOpenArtifact = listener;
    },
    /** Gives a stored dataset the configuration and the user that a worker needs of it. */
    async configure({ datasetId }: Pick<StoredDataset, "datasetId">, components: Components = {}): Promise<void> {
      const config = cloud.config(components, "granted");
      await database.dataset.update({ where: { id: datasetId }, data: { config: config as object, userId } });
    },
    ask: (datasetId: string, kind: string, input: StoredRequest["input"] = {}) =>
      createRequest(database, { tenantId, datasetId, userId, kind, input }),
    /** One try of a request's job; the request afterwards. */
    async carryOut({ requestId, datasetId }: StoredRequest, job: Partial<RunningJob<object>> = {}) {
      await run("carry-out-request", { requestId, datasetId }, job);
      return (await requestById(database, requestId))!;
    },
    initialise: (datasetId: string, job: Partial<RunningJob<object>> = {}) =>
      run("initialise-dataset", { datasetId }, job),
    async close(): Promise<void> {
      await new Promise((closed) => proxy.close(closed));
      await cloud.remove();
      await database.$disconnect();
      await server.stop();
    },
  };
}

export type WorkerBench = Awaited<ReturnType<typeof openWorkerBench>>;
