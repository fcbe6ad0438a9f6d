import type { FormField } from "@letsdata/dataset/describe-form";
import { type DescribedStep, type FormStepId, stepOfPath } from "@letsdata/dataset/form-steps";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";

export interface StepFinding {
  readonly step: DescribedStep;
  /** Label of the field, or the path where no field is. */
  readonly label: string;
  readonly finding: ProblemDetail;
}

/** Findings by the step that asks for them. What is only missing waits until the person has been to its step. */
export function findingsBySteps(
  steps: readonly DescribedStep[],
  findings: readonly ProblemDetail[],
  seen: (step: FormStepId) => boolean,
): readonly StepFinding[] {
  const order = new Map(steps.map((step, index) => [step.id, index]));
  return findings
    .map((finding) => {
      const id = stepOfPath(steps, finding.path);
      const step = steps.find((candidate) => candidate.id === id)!;
      return { step, label: fieldAt(step.fields, finding.path)?.label ?? finding.path, finding };
    })
    .filter(({ step, finding }) => finding.code !== "REQUIRED" || seen(step.id))
    .sort((left, right) => order.get(left.step.id)! - order.get(right.step.id)!);
}

function fieldAt(fields: readonly FormField[], path: string): FormField | undefined {
  for (const field of fields) {
    if (field.path === path) return field;
    if (path.startsWith(`${field.path}.`)) return fieldAt(field.fields, path) ?? field;
  }
  return undefined;
}
