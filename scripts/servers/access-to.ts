import { staticCredentials } from "@letsdata/aws/session-source";
import { datasetName } from "@letsdata/connectors/testing/open-cloud";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";

export const KEYS = { accessKeyId: "AKIAINDEPENDENT00001", secretAccessKey: "independent-secret" };

/** What a connector needs to reach a server on this machine. */
export function accessTo(port: number, accountId = "000000000001"): CloudAccess {
  return {
    region: "eu-west-1",
    accountId,
    datasetName,
    endpoint: `http://127.0.0.1:${port}`,
    credentials: staticCredentials(KEYS),
  };
}
