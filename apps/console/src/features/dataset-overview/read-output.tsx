import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyableText } from "../../ui/copy-button.tsx";
import { assumeRoleCommand, readingCommands } from "./reading-commands.ts";

/** How to read what was written: the role, its external id, and commands that run as they are. */
export function ReadOutput({ dataset }: { readonly dataset: DatasetViewDto }) {
  const commands = readingCommands(dataset);
  const { customerAccessRoleArn, customerAccessExternalId, customerAccountForAccess } = dataset;
  const isYours = dataset.writeConnector.resourceLocation === "Customer";
  if (isYours || !customerAccessRoleArn) {
    return (
      <section aria-label="Read the output" className="space-y-3">
        <h2 className="font-medium">Read the output</h2>
        <p className="text-ink-soft">
          {isYours
            ? "The output is written to a resource of yours; read it with your own credentials."
            : "The access role is made while the dataset is set up; the commands appear here then."}
        </p>
      </section>
    );
  }
  return (
    <section aria-label="Read the output" className="space-y-3">
      <h2 className="font-medium">Read the output</h2>
      <p className="text-ink-soft">
        Any IAM user or role of account <span className="figures text-ink">{customerAccountForAccess}</span> with{" "}
        <span className="figures text-ink">sts:AssumeRole</span> may assume this role, with this external id.
      </p>
      <dl className="divide-y divide-line border-y border-line">
        <div className="grid items-center gap-x-4 py-1.5 sm:grid-cols-[14rem_1fr]">
          <dt className="text-ink-soft">Role</dt>
          <dd className="min-w-0">
            <CopyableText value={customerAccessRoleArn} label="Copy role ARN" />
          </dd>
        </div>
        {customerAccessExternalId ? (
          <div className="grid items-center gap-x-4 py-1.5 sm:grid-cols-[14rem_1fr]">
            <dt className="text-ink-soft">External id</dt>
            <dd className="min-w-0">
              <CopyableText value={customerAccessExternalId} label="Copy external id" />
            </dd>
          </div>
        ) : null}
      </dl>
      {commands ? <CodeBlock label="With the letsdata CLI" value={commands.join("\n")} /> : null}
      {customerAccessExternalId ? (
        <CodeBlock
          label="With the AWS CLI"
          value={assumeRoleCommand(customerAccessRoleArn, customerAccessExternalId)}
        />
      ) : null}
    </section>
  );
}
