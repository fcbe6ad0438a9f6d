import type { FormStepId } from "@letsdata/dataset/form-steps";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useId } from "react";
import { classNames } from "../../ui/class-names.ts";
import { Select } from "../../ui/input.tsx";

export interface ListedStep {
  readonly id: FormStepId;
  readonly title: string;
  readonly problems: number;
  readonly done: boolean;
}

/** Where one is in the wizard, and every step one press away: a list beside the form, a choice above it on a phone. */
export function StepList({
  steps,
  current,
  onStep,
}: {
  readonly steps: readonly ListedStep[];
  readonly current: FormStepId;
  readonly onStep: (step: FormStepId) => void;
}) {
  const choiceId = useId();
  return (
    <nav aria-label="Steps" className="border-line px-4 py-3 md:px-8 lg:border-r lg:px-3 lg:py-5">
      <ol className="sticky top-5 hidden space-y-0.5 lg:block">
        {steps.map((step, index) => (
          <li key={step.id}>
            <button
              type="button"
              aria-current={step.id === current ? "step" : undefined}
              onClick={() => onStep(step.id)}
              className={classNames(
                "flex min-h-8 w-full items-center gap-2 rounded-md px-2 text-left text-ink-soft hover:bg-hover hover:text-ink",
                step.id === current && "bg-selected font-medium text-ink hover:bg-selected",
              )}
            >
              <span aria-hidden className="figures w-3 text-ink-faint">
                {index + 1}
              </span>
              <span className="min-w-0 flex-1">{step.title}</span>
              <StepMark step={step} />
            </button>
          </li>
        ))}
      </ol>
      <div className="flex items-center gap-3 lg:hidden">
        <label htmlFor={choiceId} className="text-[13px] font-medium whitespace-nowrap">
          Step {steps.findIndex((step) => step.id === current) + 1} of {steps.length}
        </label>
        <Select id={choiceId} value={current} onChange={(event) => onStep(event.target.value as FormStepId)}>
          {steps.map((step) => (
            <option key={step.id} value={step.id}>
              {step.title}
              {step.problems > 0 ? ` (${problemWords(step.problems)})` : ""}
            </option>
          ))}
        </Select>
      </div>
    </nav>
  );
}

function StepMark({ step }: { readonly step: ListedStep }) {
  if (step.problems > 0)
    return (
      <span className="flex items-center gap-1 text-[13px] font-normal text-bad">
        <CircleAlert aria-hidden className="size-3.5" />
        <span className="sr-only">, {problemWords(step.problems)}</span>
        <span aria-hidden>{step.problems}</span>
      </span>
    );
  return step.done ? (
    <>
      <CircleCheck aria-hidden className="size-3.5 text-good" />
      <span className="sr-only">, done</span>
    </>
  ) : (
    <CircleDashed aria-hidden className="size-3.5 text-ink-faint" />
  );
}

function problemWords(count: number): string {
  return `${count} problem${count === 1 ? "" : "s"}`;
}
