import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { secretPermission } from "../secret-permission.ts";
import type { MomentoWriteConfig } from "./config.ts";

/** The parts of the configuration that runtimes look at, wherever the index lives. */
export type MomentoTarget = Pick<
  MomentoWriteConfig,
  "resourceLocation" | "indexName" | "numDimensions" | "similarityMetric"
> &
  Partial<Pick<MomentoWriteConfig, "momentoAuthTokenArn" | "vectorAttributeName">>;

export function momentoWritePermissions(config: {
  readonly momentoAuthTokenArn?: string | undefined;
}): readonly Permission[] {
  return config.momentoAuthTokenArn === undefined
    ? []
    : [secretPermission(config.momentoAuthTokenArn, "Read the index's token")];
}

export function nameOfIndex({ indexName }: MomentoTarget): string {
  if (indexName) return indexName;
  throw new Problem("CONFIG_INVALID", "The index has no name yet.", { path: "writeConnector.indexName" });
}
