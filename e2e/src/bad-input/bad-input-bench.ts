import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { type DatasetShape, datasetJson, readOutputLines, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import type { WorkerProcess } from "../installation/worker-process.ts";

const handlers = join(import.meta.dirname, "../../fixtures/handlers");

export interface Line {
  readonly id: string;
  /** A deed of the misbehaving handler. */
  readonly do: string;
  readonly bytes?: number;
}

export interface BadInputBench {
  readonly installation: TestInstallation;
  readonly worker: WorkerProcess;
  /** Uploads the objects, creates a dataset over them and waits until it is settled. */
  run(
    name: string,
    objects: Readonly<Record<string, Buffer | string>>,
    shape?: Partial<DatasetShape> & { readonly seconds?: number },
  ): Promise<Settled>;
  /** Creates a dataset from its JSON and waits until it is settled. */
  create(json: Record<string, unknown>, seconds?: number): Promise<Settled>;
  settled(name: string, seconds?: number): Promise<Settled>;
  errorRecords(name: string): Promise<ErrorRecord[]>;
  writtenIds(name: string): Promise<string[]>;
  /** The same worker process still runs, and a good dataset completes in it. */
  expectWorkerLivesOn(): Promise<void>;
  stop(): Promise<void>;
}

export type Settled = Awaited<ReturnType<typeof settledOf>>;
export type ErrorRecord = Awaited<ReturnType<TestInstallation["client"]["errors"]["listRecords"]>>["items"][number];

async function settledOf(installation: TestInstallation, name: string, seconds: number) {
  const view = await waitUntilSettled(installation, name, seconds);
  const { items: tasks } = await installation.client.tasks.list({ dataset: name, limit: 500 });
  return { view, tasks };
}

export async function startBadInputBench(env: Readonly<Record<string, string>> = {}): Promise<BadInputBench> {
  const installation = await startTestInstallation();
  for (const name of ["misbehaving", "mebibytes"]) await installation.putHandler(name, join(handlers, name));
  const worker = installation.startWorker(env);
  let proofs = 0;

  const bench: BadInputBench = {
    installation,
    worker,
    async run(name, objects, { seconds = 120, ...shape } = {}) {
      const keys: string[] = [];
      for (const [file, body] of Object.entries(objects)) {
        keys.push(`${name}/${file}`);
        await installation.putObject(testBuckets.data, `${name}/${file}`, body);
      }
      return bench.create(datasetJson(installation, { name, handler: "misbehaving.zip", keys, ...shape }), seconds);
    },
    async create(json, seconds = 120) {
      await installation.client.datasets.create(json);
      return settledOf(installation, String(json.datasetName), seconds);
    },
    settled: (name, seconds = 120) => settledOf(installation, name, seconds),
    async errorRecords(name) {
      const records: ErrorRecord[] = [];
      const { items } = await installation.client.errors.list({ dataset: name, limit: 500 });
      for (const { files } of items) {
        for (const { file } of files) {
          const page = await installation.client.errors.listRecords({ dataset: name, file });
          records.push(...page.items);
        }
      }
      return records;
    },
    async writtenIds(name) {
      return (await readOutputLines(installation, name)).map(({ id }) => String(id));
    },
    async expectWorkerLivesOn() {
      proofs += 1;
      const { view } = await bench.run(`Good${proofs}`, { "good.jsonl.gz": gzipSync(lines(documents(3))) });
      expect(view.datasetStatus).toBe("COMPLETED");
      expect(view.counts.documentsWritten).toBe(3);
      expect([worker.child.exitCode, worker.child.signalCode]).toEqual([null, null]);
    },
    stop: () => installation.stop(),
  };
  return bench;
}

/** Lines of a file, newline after each. */
export function lines(content: readonly Line[]): string {
  return content.map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function documents(count: number, prefix = "d"): Line[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, do: "document" }));
}

export function expectBalance({ view }: Settled): void {
  const { recordsRead, documentsWritten, recordsSkipped, recordsErrored } = view.counts;
  expect(recordsRead).toBe(documentsWritten + recordsSkipped + recordsErrored);
  expect(view.balanced).toBe(true);
}
