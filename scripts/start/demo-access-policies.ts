import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectorPermissions } from "@letsdata/access/permission-source";
import { type AccessUser, accessPolicy, type Deployment } from "@letsdata/dataset/access-policy";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { accessGrantTrustPolicy } from "@letsdata/dataset/policy-documents";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";

/** The demo role as a customer would make it: the generated least-privilege policy of each sample, and the trust policy. */
export function demoAccessPolicies(
  repositoryDir: string,
  admin: AccessUser,
  deployment: Deployment,
): { readonly trust: PolicyDocument; readonly policies: Readonly<Record<string, PolicyDocument>> } {
  const folder = join(repositoryDir, "samples/datasets");
  const policies: Record<string, PolicyDocument> = {};
  for (const name of readdirSync(folder).sort()) {
    const parsed = parseDatasetConfig(JSON.parse(readFileSync(join(folder, name), "utf8")));
    if (!parsed.ok) throw new Error(`${name} is not a valid dataset: ${JSON.stringify(parsed.problems)}`);
    policies[parsed.config.datasetName] = accessPolicy(parsed.config, admin, deployment, connectorPermissions).policy;
  }
  return { trust: accessGrantTrustPolicy(admin), policies };
}
