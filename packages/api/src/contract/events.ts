import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { datasetSummaryDto, datasetViewDto } from "./dataset-dto.ts";
import { datasetReference, operation } from "./operation.ts";

/** Every event is a whole snapshot of the dataset: a missed one costs nothing. */
export const datasetEventDto = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), dataset: datasetViewDto }),
  z.object({ type: z.literal("gone"), datasetId: z.string() }),
]);

/** The newest datasets first, then only those that changed. */
export const datasetsEventDto = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), datasets: z.array(datasetSummaryDto) }),
  z.object({ type: z.literal("changed"), datasets: z.array(datasetSummaryDto) }),
]);

/** Server-sent events; after a cut the client reconnects with `last-event-id` and gets a snapshot first. */
export const events = {
  ofDataset: operation
    .route({ method: "GET", path: "/datasets/{dataset}/events", summary: "Follow a dataset", tags: ["events"] })
    .input(z.object({ dataset: datasetReference }))
    .output(eventIterator(datasetEventDto)),
  ofDatasets: operation
    .route({ method: "GET", path: "/datasets/events", summary: "Follow all datasets", tags: ["events"] })
    .output(eventIterator(datasetsEventDto)),
};

export type DatasetEvent = z.infer<typeof datasetEventDto>;
export type DatasetsEvent = z.infer<typeof datasetsEventDto>;
