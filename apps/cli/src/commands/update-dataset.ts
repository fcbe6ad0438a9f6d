import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../exit-codes.ts";
import { datasetOption, given, type WaitOptions, waitOptions, wholeNumber } from "../options.ts";
import { readConfigFile } from "../read-config-file.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";
import { waitForRequest } from "../wait-for-dataset.ts";

interface UpdateOptions extends WaitOptions {
  readonly datasetName: string;
  readonly dryRun?: boolean;
}
interface CodeOptions extends UpdateOptions {
  readonly artifactFileS3Link?: string;
  readonly interfaceECRImagePath?: string;
  readonly accessGrantRoleArn?: string;
}
interface DiffOptions {
  readonly datasetName: string;
  readonly configFile?: string;
  readonly from?: number;
  readonly to?: number;
}

type Updated = Awaited<ReturnType<CliSession["client"]["datasets"]["updateCode"]>>;
type Changes = Updated["changes"];

export function addUpdateCommands(datasets: Command, surroundings: Surroundings): void {
  const updateOptions = (command: Command) =>
    waitOptions(datasetOption(command)).option("--dryRun", "only show what would change");

  leaf<CodeOptions>(
    datasets,
    surroundings,
    "updateCode",
    "take new handler code, or another access grant role",
    (command) =>
      updateOptions(command)
        .option("--artifactFileS3Link <uri>", "the new artifact; without it the known one is loaded again")
        .option("--interfaceECRImagePath <path>", "the new image")
        .option("--accessGrantRoleArn <arn>", "the new role"),
    async (session, options) => {
      const chosen = given(
        options,
        "dryRun",
        "artifactFileS3Link",
        "interfaceECRImagePath",
        "accessGrantRoleArn",
      ) as Partial<CodeOptions>;
      await showUpdate(
        session,
        options,
        await session.client.datasets.updateCode({ dataset: options.datasetName, ...chosen }),
      );
    },
  );

  leaf<UpdateOptions & { readonly computeEngine: Record<string, unknown> }>(
    datasets,
    surroundings,
    "updateCompute",
    "change the compute engine",
    (command) =>
      updateOptions(command).requiredOption(
        "--computeEngine <json>",
        `the attributes to change, such as '{"concurrency":8}'`,
        jsonObject,
      ),
    async (session, options) => {
      const { datasetName: dataset, computeEngine } = options;
      const input = { dataset, computeEngine, ...(options.dryRun ? { dryRun: true } : {}) };
      await showUpdate(session, options, await session.client.datasets.updateCompute(input));
    },
  );

  leaf<DiffOptions>(
    datasets,
    surroundings,
    "diff",
    "what differs between a dataset and a configuration, or between two revisions",
    (command) =>
      datasetOption(command)
        .option("--configFile <path>", "dataset JSON to compare with; - reads standard input")
        .option("--from <revision>", "older revision", wholeNumber)
        .option("--to <revision>", "newer revision", wholeNumber),
    async (session, { datasetName: dataset, configFile, from, to }) => {
      if (configFile !== undefined) {
        const config = await readConfigFile(session, configFile);
        return showChanges(session, (await session.client.datasets.compareConfig({ dataset, config })).changes);
      }
      if (from === undefined || to === undefined) throw new UsageError("Give --configFile, or --from and --to.");
      showChanges(session, (await session.client.datasets.compareRevisions({ dataset, from, to })).changes);
    },
  );
}

async function showUpdate(session: CliSession, options: UpdateOptions, updated: Updated): Promise<void> {
  const { request, changes } = updated;
  if (!session.printer.isTable) session.printer.value(updated);
  else showChanges(session, changes);
  if (!request || !options.wait) return;
  await waitForRequest(session, options.datasetName, request.requestId, options.waitSeconds);
  session.printer.note("updated");
}

function showChanges(session: CliSession, changes: Changes): void {
  session.printer.list(
    { items: changes },
    {
      attribute: ({ path }) => path,
      before: ({ before }) => textOf(before),
      after: ({ after }) => textOf(after),
      by: ({ action }) => action ?? "a new dataset only",
      effect: ({ effect }) => effect,
    },
  );
}

function textOf(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError("It must be a JSON object.");
}
