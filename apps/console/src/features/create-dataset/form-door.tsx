"use client";
import type { FormField } from "@letsdata/dataset/describe-form";
import { type DescribedStep, describeDatasetSteps, type FormStepId, stepOfPath } from "@letsdata/dataset/form-steps";
import { respellDatasetConfig } from "@letsdata/dataset/respell";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { type ReactNode, useEffect, useEffectEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { ConfigForm } from "../../config-form/config-form.tsx";
import { FieldHelp } from "../../config-form/field-help.tsx";
import { leftoverValues } from "../../config-form/leftover-values.ts";
import type { Draft } from "../../config-form/read-draft.ts";
import { setValue, typedValue, valueAt } from "../../config-form/set-value.ts";
import { Button } from "../../ui/button.tsx";
import { useHydrated } from "../../ui/use-hydrated.ts";
import { findingsBySteps } from "./form-findings.ts";
import { Leftovers } from "./leftovers.tsx";
import { LiveJson } from "./live-json.tsx";
import type { ListedProblem } from "./problem-list.tsx";
import { type ListedStep, StepList } from "./step-list.tsx";
import { withOnlyChoices } from "./with-only-choices.ts";

export interface FormDoorProps {
  readonly text: string;
  readonly draft: Draft;
  readonly findings: readonly ProblemDetail[];
  readonly step: FormStepId;
  /** Steps the person has been to: what they left empty is told. */
  readonly seen: ReadonlySet<FormStepId>;
  readonly onStep: (step: FormStepId) => void;
  readonly onChange: (text: string) => void;
  /** The problems of the form as links, and what was changed. */
  readonly summary: (problems: readonly ListedProblem[]) => ReactNode;
  /** What stands under the fields of steps that show more than fields. */
  readonly beyondFields: ReactNode;
}

/** The same object as the JSON door, as steps of fields; what is written there stays, what is changed here is changed there. */
export function FormDoor(props: FormDoorProps) {
  const { text, draft, findings, step: current, seen, onStep, onChange } = props;
  const [focused, setFocused] = useState<FormField | null>(null);
  const [wanted, setWanted] = useState<{ readonly step: FormStepId; readonly path: string } | null>(null);
  const formId = useId();
  const document = useMemo(() => respellDatasetConfig(draft.value).value, [draft.value]);
  const steps = useMemo(() => describeDatasetSteps(document), [document]);
  const position = steps.findIndex((candidate) => candidate.id === current);
  const step = steps[position]!;
  const told = findingsBySteps(steps, findings, (id) => current === "review" || seen.has(id));
  const page = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  const hydrated = useHydrated();

  const go = (id: FormStepId) => {
    setFocused(null);
    onStep(id);
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  };
  const takeOver = useEffectEvent(() => {
    if (text !== "") return;
    const typed = step.fields.reduce((whole, field) => {
      const control = page.current?.querySelector<HTMLInputElement>(`[data-path="${CSS.escape(field.path)}"]`);
      if (!control?.value || field.kind === "map") return whole;
      return setValue(whole, field.path, typedValue(field, control.value));
    }, text);
    if (typed !== text) onChange(typed);
  });
  // What was typed before the scripts were there stands in the controls only, and only until they are rendered again.
  useLayoutEffect(() => takeOver(), []);
  const fill = useEffectEvent(() => {
    const filled = text.trim() === "" ? text : withOnlyChoices(text, document, step.fields);
    if (filled !== text) onChange(filled);
  });
  useEffect(() => fill(), [current]);
  useEffect(() => {
    if (wanted?.step !== current) return;
    const control = page.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(wanted.path)}"]`);
    (control ?? heading.current)?.focus();
    setWanted(null);
  }, [wanted, current]);

  const problems = told.map(({ step: place, label, finding }) => ({
    key: `${finding.path}:${finding.code}:${finding.message}`,
    place: label === "" ? place.title : `${place.title}, ${label}`,
    message: finding.message,
    fix: finding.fix,
    onOpen: () => {
      go(place.id);
      setWanted({ step: place.id, path: finding.path });
    },
  }));
  const listed = steps.map((one): ListedStep => {
    const own = told.filter((entry) => entry.step.id === one.id).length;
    const isWrong = findings.some((finding) => stepOfPath(steps, finding.path) === one.id);
    return { id: one.id, title: one.title, problems: own, done: !isWrong && hasValue(one, document) };
  });
  const next = steps[position + 1];
  const before = steps[position - 1];

  return (
    <div className="grid flex-1 grid-cols-1 content-start border-t border-line lg:grid-cols-[13.5rem_minmax(0,1fr)] lg:content-stretch xl:grid-cols-[13.5rem_minmax(0,1fr)_21rem]">
      <StepList steps={listed} current={current} onStep={go} />
      <section
        ref={page}
        aria-label={step.title}
        className={`min-w-0 space-y-6 px-4 pt-2 pb-8 md:px-8 lg:pt-5 ${step.onlyShows ? "xl:col-span-2" : "xl:border-r xl:border-line"}`}
      >
        <div>
          <h2 ref={heading} tabIndex={-1} className="text-base font-semibold outline-none">
            {step.title}
          </h2>
          <p className="text-ink-soft">{step.about}</p>
        </div>
        {props.summary(problems)}
        <form
          id={formId}
          aria-label="Dataset form"
          className={`space-y-6 ${step.onlyShows ? "" : "max-w-xl"}`}
          onSubmit={(event) => {
            event.preventDefault();
            if (next) go(next.id);
          }}
        >
          <ConfigForm
            fields={step.fields}
            document={document}
            findings={told.map((entry) => entry.finding)}
            onChange={(path, value) => onChange(setValue(text, path, value))}
            onFocus={setFocused}
          />
          <Leftovers
            values={leftoversOf(step, steps, document)}
            onRemove={(paths) => onChange(paths.reduce((whole, path) => setValue(whole, path, undefined), text))}
          />
        </form>
        {props.beyondFields}
        <div className={`flex gap-2 border-t border-line pt-4 ${step.onlyShows ? "max-w-4xl" : "max-w-xl"}`}>
          {before ? <Button onClick={() => go(before.id)}>Back</Button> : null}
          {next ? (
            <Button
              type="submit"
              form={formId}
              disabled={!hydrated}
              look={next.id === "review" ? "primary" : "plain"}
              className="ml-auto"
            >
              Next: {next.title}
            </Button>
          ) : null}
        </div>
      </section>
      {step.onlyShows ? null : (
        <aside
          aria-label="Help and JSON"
          className="space-y-5 px-4 py-5 md:px-8 lg:col-start-2 xl:sticky xl:top-0 xl:col-start-3 xl:max-h-dvh xl:self-start xl:overflow-y-auto xl:px-5"
        >
          <div className="hidden space-y-2 xl:block" aria-live="polite">
            {focused ? (
              <>
                <h3 className="font-medium">{focused.label}</h3>
                <FieldHelp field={focused} value={valueAt(document, focused.path)} />
              </>
            ) : (
              <p className="text-[13px] text-ink-soft">Help for the field you are in stands here.</p>
            )}
          </div>
          <LiveJson text={text.trim() === "" ? "{}" : text} path={focused?.path ?? step.component} />
        </aside>
      )}
    </div>
  );
}

/** Only one step of a component lists what its fields do not show. */
function leftoversOf(step: DescribedStep, steps: readonly DescribedStep[], document: unknown) {
  if (step.onlyShows || step.part) return [];
  const component = step.component;
  if (component === undefined) {
    const known = steps.flatMap((one) => (one.component ? [one.component] : one.fields.map((field) => field.name)));
    return leftoverValues([], document).filter(({ path }) => !known.includes(String(path[0])));
  }
  const fields = steps.filter((one) => one.component === component).flatMap((one) => one.fields);
  return leftoverValues(fields, valueAt(document, component), [component]);
}

function hasValue(step: DescribedStep, document: unknown): boolean {
  return step.fields.some((field) => valueAt(document, field.path) !== undefined);
}
