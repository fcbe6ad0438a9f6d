import { isObject } from "@letsdata/dataset/schema-variants";
import { signedIn } from "../authorise.ts";
import { proposeUpdate, withoutSystemSet } from "./propose-update.ts";
import { requireDataset } from "./require-dataset.ts";

export const updateCode = signedIn.datasets.updateCode.handler(async ({ context, input }) => {
  const { dataset: nameOrId, dryRun, accessGrantRoleArn, artifactFileS3Link, interfaceECRImagePath } = input;
  const dataset = await requireDataset(context, nameOrId);
  const config = withoutSystemSet(dataset.config) as Readonly<Record<string, unknown>>;
  const read = isObject(config.readConnector) ? config.readConnector : {};
  const json = {
    ...config,
    ...(accessGrantRoleArn === undefined ? {} : { accessGrantRoleArn }),
    readConnector: {
      ...read,
      ...(artifactFileS3Link === undefined ? {} : { artifactFileS3Link }),
      ...(interfaceECRImagePath === undefined ? {} : { interfaceECRImagePath }),
    },
  };
  return proposeUpdate(context, dataset, { action: "updateCode", json, dryRun });
});
