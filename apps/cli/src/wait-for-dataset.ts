import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "@letsdata/plugin-kit/problems";
import { SettledWithErrors, WaitTimedOut } from "./exit-codes.ts";
import type { CliSession } from "./session.ts";

const settled = new Set(["COMPLETED", "ERRORED", "DESCALED", "FROZEN", "DELETED"]);
const pollMilliseconds = 500;

type Dataset = Awaited<ReturnType<CliSession["client"]["datasets"]["view"]>>;

/** Whoever waits does not mind a server or a database that is away for a moment. */
function patientUntil(deadline: number) {
  const isTransient = (error: unknown) => !(error instanceof Problem) || error.entry.retry !== "never";
  return {
    context: {
      retry: Number.POSITIVE_INFINITY,
      retryDelay: pollMilliseconds,
      shouldRetry: ({ error }: { readonly error: unknown }) => Date.now() < deadline && isTransient(error),
    },
  };
}

/** Shows progress until the dataset settles. Throws WaitTimedOut after `seconds`. */
export async function waitForDataset(session: CliSession, dataset: string, seconds: number): Promise<Dataset> {
  const deadline = Date.now() + seconds * 1000;
  let shown = "";
  for (;;) {
    const view = await session.client.datasets.view({ dataset }, patientUntil(deadline));
    const line = progressLine(view);
    if (line !== shown) session.printer.note(line);
    shown = line;
    if (settled.has(view.datasetStatus)) return view;
    if (Date.now() > deadline) {
      throw new WaitTimedOut(
        `${view.datasetName} is still ${view.datasetStatus} after ${seconds} seconds; it goes on.`,
      );
    }
    await sleep(pollMilliseconds);
  }
}

/** Waits for a long operation to be carried out. Throws WaitTimedOut, or Problem when it failed. */
export async function waitForRequest(session: CliSession, dataset: string, requestId: string, seconds: number) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const request = await session.client.requests.view({ dataset, requestId }, patientUntil(deadline));
    if (request.status === "SUCCEEDED") return request;
    if (request.status === "FAILED") {
      throw new Problem("INTERNAL", `The request ${request.kind} failed: ${JSON.stringify(request.result)}`);
    }
    if (Date.now() > deadline)
      throw new WaitTimedOut(`The request ${requestId} is still ${request.status} after ${seconds} seconds.`);
    await sleep(pollMilliseconds);
  }
}

function progressLine(view: Dataset): string {
  const { totalTasks, completedTasks, errorTasks, runningTasks } = view.datasetProgress;
  const { recordsRead, documentsWritten, recordsSkipped, recordsErrored } = view.counts;
  const tasks = `tasks ${completedTasks}/${totalTasks} done, ${errorTasks} errored, ${runningTasks} running`;
  if (!view.countsRecords) return `${view.datasetStatus}: ${tasks}`;
  const records = `records ${recordsRead} read = ${documentsWritten} written + ${recordsSkipped} skipped + ${recordsErrored} errored`;
  return `${view.datasetStatus}: ${tasks}; ${records}`;
}

/** Ends the command with exit code 1 when the dataset did not end well. */
export function assertCompleted(view: Dataset): void {
  if (view.datasetStatus !== "ERRORED") return;
  const reason = view.statusReason?.message ?? `${view.datasetProgress.errorTasks} tasks errored.`;
  throw new SettledWithErrors(`${view.datasetName} is ERRORED: ${reason}`);
}
