import { getConfigRevision } from "@letsdata/database/stores/config-revision-store";
import { configDiff } from "@letsdata/dataset/config-diff";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { requireConfig } from "./parse-config.ts";
import { presentChanges, withoutSystemSet } from "./propose-update.ts";
import { requireDataset } from "./require-dataset.ts";

export const compareConfig = signedIn.datasets.compareConfig.handler(async ({ context, input }) => {
  const dataset = await requireDataset(context, input.dataset);
  const changes = configDiff(withoutSystemSet(dataset.config), requireConfig(input.config));
  return { changes: presentChanges(changes) };
});

export const compareRevisions = signedIn.datasets.compareRevisions.handler(async ({ context, input }) => {
  const { datasetId, name } = await requireDataset(context, input.dataset);
  const configOf = async (revision: number, path: string) => {
    const found = await getConfigRevision(context.dependencies.database, context.tenantId, datasetId, revision);
    if (found === null) throw new Problem("NOT_FOUND", `${name} has no revision ${revision}.`, { path });
    return withoutSystemSet(found.config);
  };
  const [before, after] = await Promise.all([configOf(input.from, "from"), configOf(input.to, "to")]);
  return { changes: presentChanges(configDiff(before, after)) };
});
