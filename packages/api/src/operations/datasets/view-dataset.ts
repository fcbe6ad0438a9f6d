import { signedIn } from "../authorise.ts";
import { presentDataset } from "./present-dataset.ts";
import { requireDataset } from "./require-dataset.ts";

export const viewDataset = signedIn.datasets.view.handler(async ({ context, input }) =>
  presentDataset(context.dependencies, await requireDataset(context, input.dataset)),
);
