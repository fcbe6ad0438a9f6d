import type { FormStepId } from "@letsdata/dataset/form-steps";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { setValue, valueAt } from "../../config-form/set-value.ts";
import { AccessStep } from "./access-step.tsx";
import { ManifestBuilder } from "./manifest-builder.tsx";
import { proposedRoleArn } from "./proposed-role.ts";
import { ReviewStep } from "./review-step.tsx";

/** What stands under the fields of the steps that show more than fields. */
export function BeyondFields({
  step,
  text,
  config,
  findings,
  ready,
  onEdit,
}: {
  readonly step: FormStepId;
  readonly text: string;
  readonly config: unknown;
  readonly findings: readonly ProblemDetail[];
  readonly ready: boolean;
  readonly onEdit: (text: string) => void;
}) {
  const withRole = (json: string, arn: string) => setValue(json, "accessGrantRoleArn", arn);
  if (step === "manifest" && valueAt(config, "readConnector.connectorDestination") === "S3")
    return (
      <ManifestBuilder
        config={config}
        onTake={(manifest, role) => {
          const taken = setValue(text, "manifestFile", manifest);
          onEdit(role === undefined ? taken : withRole(taken, role));
        }}
      />
    );
  if (step === "access")
    return (
      <AccessStep
        config={config}
        ready={ready}
        proposedRole={proposedRoleArn(config, findings)}
        onRole={(arn) => onEdit(withRole(text, arn))}
      />
    );
  return step === "review" ? <ReviewStep config={config} ready={ready} /> : null;
}
