import type { Command } from "commander";
import { datasetOption, given, type PagingOptions, pagingOptions } from "../options.ts";
import { timeText } from "../printer.ts";
import { leaf, type Surroundings } from "../session.ts";

export function addRequestCommands(program: Command, surroundings: Surroundings): void {
  const requests = program.command("requests").description("long operations that were asked for");
  leaf<{ readonly datasetName: string } & PagingOptions>(
    requests,
    surroundings,
    "list",
    "list a dataset's requests, newest first",
    (command) => pagingOptions(datasetOption(command)),
    async (session, options) => {
      const page = await session.client.requests.list({
        dataset: options.datasetName,
        ...given(options, "limit", "cursor"),
      });
      session.printer.list(page, {
        requestId: (request) => request.requestId,
        kind: (request) => request.kind,
        status: (request) => request.status,
        created: (request) => timeText(request.createDatetime),
        ended: (request) => timeText(request.endDatetime),
      });
    },
  );
  leaf<{ readonly datasetName: string; readonly requestId: string }>(
    requests,
    surroundings,
    "view",
    "view one request",
    (command) => datasetOption(command).requiredOption("--requestId <id>", "the request"),
    async (session, options) => {
      const { datasetName: dataset, requestId } = options;
      session.printer.value(await session.client.requests.view({ dataset, requestId }));
    },
  );
}
