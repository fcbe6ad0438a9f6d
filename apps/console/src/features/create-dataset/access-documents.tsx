import type { AccessPolicyDto } from "@letsdata/api/contract/access-policy-dto";
import { CodeBlock } from "../../ui/code-block.tsx";

/** Policies and commands to copy and keep. */
export function AccessDocuments({ answer }: { readonly answer: AccessPolicyDto }) {
  if (!answer.needsRole) return <p>Nothing of yours is touched: no role is needed.</p>;
  return (
    <div className="space-y-4">
      <CodeBlock
        label={`Policy ${answer.policyName}`}
        fileName={`${answer.policyName}.json`}
        value={JSON.stringify(answer.policy, null, 2)}
        maxHeight={320}
      />
      <CodeBlock
        label={`Trust policy of ${answer.roleName}`}
        fileName={`${answer.roleName}-trust.json`}
        value={JSON.stringify(answer.trustPolicy, null, 2)}
        maxHeight={320}
      />
      {answer.repositoryPolicy ? (
        <CodeBlock
          label={`Policy of the image repository ${answer.repositoryPolicy.repositoryName}`}
          fileName={`${answer.repositoryPolicy.repositoryName.replaceAll("/", "-")}-repository.json`}
          value={JSON.stringify(answer.repositoryPolicy.policy, null, 2)}
          maxHeight={320}
        />
      ) : null}
      <CodeBlock
        label="Commands that grant it"
        fileName={`${answer.roleName}.sh`}
        value={answer.commands.join("\n")}
        maxHeight={320}
      />
    </div>
  );
}
