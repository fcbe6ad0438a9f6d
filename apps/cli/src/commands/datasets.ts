import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { ValidationFailed } from "../exit-codes.ts";
import {
  datasetOption,
  given,
  listOption,
  type PagingOptions,
  pagingOptions,
  type WaitOptions,
  waitOptions,
} from "../options.ts";
import { timeText } from "../printer.ts";
import { readConfigFile } from "../read-config-file.ts";
import { printFindings } from "../report-failure.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";
import { assertCompleted, waitForDataset, waitForRequest } from "../wait-for-dataset.ts";
import { addTryCommand } from "./try-dataset.ts";
import { addUpdateCommands } from "./update-dataset.ts";

const deleteTypes = ["DESCALE", "FREEZE", "DELETE"] as const;
type DeleteType = (typeof deleteTypes)[number];
const policyNames = ["policy", "trustPolicy", "repositoryPolicy"] as const;
type PolicyName = (typeof policyNames)[number];

interface ConfigFileOption {
  readonly configFile: string;
}

export function addDatasetCommands(program: Command, surroundings: Surroundings): void {
  const datasets = program.command("datasets").description("create, watch and put away datasets");
  const configFile = (command: Command) =>
    command.requiredOption("--configFile <path>", "dataset JSON; - reads standard input");

  leaf<ConfigFileOption & WaitOptions>(
    datasets,
    surroundings,
    "create",
    "create a dataset from its JSON",
    (command) => waitOptions(configFile(command)),
    async (session, options) => {
      const made = await session.client.datasets.create(await readConfigFile(session, options.configFile));
      if (!options.wait) return session.printer.value(made);
      const view = await waitForDataset(session, made.datasetId, options.waitSeconds);
      session.printer.value(view);
      assertCompleted(view);
    },
  );

  leaf<ConfigFileOption>(
    datasets,
    surroundings,
    "validate",
    "find all problems of a dataset JSON",
    configFile,
    async (session, options) => {
      const result = await session.client.datasets.validate(await readConfigFile(session, options.configFile));
      session.printer.value(result);
      for (const notice of result.notices) session.printer.note(`note: ${notice.path}: ${notice.message}`);
      if (result.valid) return;
      printFindings(session.terminal, result.errors);
      throw new ValidationFailed(`${options.configFile} has ${result.errors.length} problem(s).`);
    },
  );

  leaf<ConfigFileOption & { readonly commands?: boolean; readonly document?: PolicyName }>(
    datasets,
    surroundings,
    "policy",
    "the least access the dataset needs: checklist, policies, commands",
    (command) =>
      configFile(command)
        .option("--commands", "print only the aws commands")
        .addOption(new Option("--document <name>", "print only this policy, ready for a file").choices(policyNames)),
    async (session, options) => {
      const policy = await session.client.datasets.accessPolicy(await readConfigFile(session, options.configFile));
      const { trustPolicy, repositoryPolicy } = policy;
      const documents = { policy: policy.policy, trustPolicy, repositoryPolicy: repositoryPolicy?.policy ?? null };
      if (options.commands) session.printer.text(policy.commands.join("\n"));
      else if (options.document) session.printer.text(JSON.stringify(documents[options.document], null, 2));
      else session.printer.value(policy);
    },
  );

  leaf<ConfigFileOption>(
    datasets,
    surroundings,
    "checkAccess",
    "try the access with real calls",
    configFile,
    async (session, options) => {
      const result = await session.client.datasets.checkAccess(await readConfigFile(session, options.configFile));
      session.printer.value(result);
      if (result.passed) return;
      printFindings(session.terminal, result.errors);
      throw new ValidationFailed("Some access is missing.");
    },
  );

  addTryCommand(datasets, surroundings);
  addUpdateCommands(datasets, surroundings);

  leaf<PagingOptions & { readonly status?: string[]; readonly text?: string }>(
    datasets,
    surroundings,
    "list",
    "list datasets, newest first",
    (command) =>
      pagingOptions(command)
        .option("--status <statuses>", "only these, separated by commas", listOption)
        .option("--text <text>", "part of the name or id"),
    async (session, options) => {
      type Query = Parameters<CliSession["client"]["datasets"]["list"]>[0];
      const page = await session.client.datasets.list(given(options, "limit", "cursor", "status", "text") as Query);
      session.printer.list(page, {
        datasetName: (dataset) => dataset.datasetName,
        datasetId: (dataset) => dataset.datasetId,
        status: (dataset) => dataset.datasetStatus,
        read: (dataset) => dataset.readConnector.type,
        write: (dataset) => dataset.writeConnector.type,
        tasks: ({ datasetProgress: tasks }) => `${tasks.completedTasks}/${tasks.totalTasks}`,
        errored: (dataset) => dataset.datasetProgress.errorTasks,
        created: (dataset) => timeText(dataset.createDatetime),
      });
    },
  );

  leaf<{ readonly datasetName: string } & WaitOptions>(
    datasets,
    surroundings,
    "view",
    "view a dataset; with --wait once it has settled",
    (command) => waitOptions(datasetOption(command)),
    async (session, options) => {
      if (!options.wait)
        return session.printer.value(await session.client.datasets.view({ dataset: options.datasetName }));
      const view = await waitForDataset(session, options.datasetName, options.waitSeconds);
      session.printer.value(view);
      assertCompleted(view);
    },
  );

  leaf<{ readonly datasetName: string; readonly deleteType: DeleteType } & WaitOptions>(
    datasets,
    surroundings,
    "delete",
    "put a dataset away or delete it",
    (command) =>
      waitOptions(datasetOption(command)).requiredOption(
        "--deleteType <type>",
        deleteTypes.join(", "),
        parseDeleteType,
      ),
    async (session, options) => putAway(session, options, options.deleteType),
  );
  for (const [name, type] of [
    ["freeze", "FREEZE"],
    ["descale", "DESCALE"],
  ] as const) {
    leaf<{ readonly datasetName: string } & WaitOptions>(
      datasets,
      surroundings,
      name,
      `${name} a dataset`,
      (command) => waitOptions(datasetOption(command)),
      async (session, options) => putAway(session, options, type),
    );
  }
}

async function putAway(
  session: CliSession,
  options: { datasetName: string } & WaitOptions,
  type: DeleteType,
): Promise<void> {
  const { datasetId } = await session.client.datasets.view({ dataset: options.datasetName });
  const request = await session.client.datasets.delete({ params: { dataset: datasetId }, query: { type } });
  const shown = options.wait
    ? await waitForRequest(session, datasetId, request.requestId, options.waitSeconds)
    : request;
  session.printer.value(shown);
}

function parseDeleteType(text: string): DeleteType {
  const type = deleteTypes.find((known) => known === text.toUpperCase());
  if (type === undefined) throw new InvalidArgumentError(`Choose ${deleteTypes.join(", ")}.`);
  return type;
}
