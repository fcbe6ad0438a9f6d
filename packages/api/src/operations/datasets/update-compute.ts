import { isObject } from "@letsdata/dataset/schema-variants";
import { signedIn } from "../authorise.ts";
import { proposeUpdate, withoutSystemSet } from "./propose-update.ts";
import { requireDataset } from "./require-dataset.ts";

export const updateCompute = signedIn.datasets.updateCompute.handler(async ({ context, input }) => {
  const dataset = await requireDataset(context, input.dataset);
  const config = withoutSystemSet(dataset.config) as Readonly<Record<string, unknown>>;
  const engine = isObject(config.computeEngine) ? config.computeEngine : {};
  const type = input.computeEngine.computeEngineType ?? engine.computeEngineType;
  const computeEngine =
    type === engine.computeEngineType ? { ...engine, ...input.computeEngine } : { ...input.computeEngine };
  return proposeUpdate(context, dataset, {
    action: "updateCompute",
    json: { ...config, computeEngine },
    dryRun: input.dryRun,
  });
});
