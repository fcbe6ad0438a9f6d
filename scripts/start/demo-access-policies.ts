import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { customerPermissions } from "@letsdata/access/customer-permissions";
import type { Installation } from "@letsdata/access/installation";
import { trustPolicy } from "@letsdata/aws/probe-role";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";

/** The demo role as a customer would make it: the generated least-privilege policy of each sample, and the trust policy. */
export function demoAccessPolicies(
  repositoryDir: string,
  installation: Installation,
  admin: { readonly userId: string; readonly iamUserArn: string },
): { readonly trust: PolicyDocument; readonly policies: Readonly<Record<string, PolicyDocument>> } {
  const folder = join(repositoryDir, "samples/datasets");
  const policies: Record<string, PolicyDocument> = {};
  for (const name of readdirSync(folder).sort()) {
    const parsed = parseDatasetConfig(JSON.parse(readFileSync(join(folder, name), "utf8")));
    if (!parsed.ok) throw new Error(`${name} is not a valid dataset: ${JSON.stringify(parsed.problems)}`);
    policies[parsed.config.datasetName] = {
      Version: "2012-10-17",
      Statement: customerPermissions(installation, parsed.config).map(({ actions, resources }) => ({
        Effect: "Allow",
        Action: actions,
        Resource: resources,
      })),
    };
  }
  return { trust: trustPolicy(admin.iamUserArn, admin.userId), policies };
}
