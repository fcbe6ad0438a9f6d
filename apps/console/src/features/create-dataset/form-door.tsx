"use client";
import { describeDatasetForm, type FormField } from "@letsdata/dataset/describe-form";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { Wrench } from "lucide-react";
import { useState } from "react";
import { ConfigForm } from "../../config-form/config-form.tsx";
import { setValue } from "../../config-form/set-value.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { readDraft } from "./read-draft.ts";

export interface FormDoorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly findings: readonly ProblemDetail[];
  readonly onRepair: () => void;
}

const steps = ["Name and region", "Read", "Write", "Errors", "Compute", "Manifest"] as const;
const stepOf: Readonly<Record<string, (typeof steps)[number]>> = {
  readConnector: "Read",
  writeConnector: "Write",
  errorConnector: "Errors",
  computeEngine: "Compute",
  manifestFile: "Manifest",
};

/** The same object as the JSON door, as fields; what is written there stays, what is changed here is changed there. */
export function FormDoor({ text, onChange, findings, onRepair }: FormDoorProps) {
  const [focused, setFocused] = useState<FormField | null>(null);
  const draft = readDraft(text);
  if (draft.syntaxProblems.length > 0) {
    return (
      <EmptyState
        title="The JSON has to be mended first"
        action={
          <Button onClick={onRepair}>
            <Wrench aria-hidden />
            Repair the JSON
          </Button>
        }
      >
        The form shows the same object as the JSON, and that text is not JSON yet.
      </EmptyState>
    );
  }
  const fields = describeDatasetForm(draft.value);
  return (
    <div className="grid min-w-0 items-start gap-x-10 px-4 py-5 md:px-8 xl:grid-cols-[minmax(0,1fr)_15rem]">
      <form
        aria-label="Dataset form"
        className="max-w-xl min-w-0 space-y-10"
        onSubmit={(event) => event.preventDefault()}
      >
        {steps.map((step) => {
          const own = fields.filter((field) => (stepOf[field.name] ?? "Name and region") === step);
          if (own.length === 0) return null;
          return (
            <section key={step} aria-label={step} className="space-y-4">
              <h2 className="text-base font-semibold">{step}</h2>
              <ConfigForm
                fields={own.flatMap((field) => (field.kind === "group" && stepOf[field.name] ? field.fields : [field]))}
                document={draft.value}
                findings={findings}
                onChange={(path, value) => onChange(setValue(text, path, value))}
                onFocus={setFocused}
              />
            </section>
          );
        })}
      </form>
      <aside aria-label="Help" aria-live="polite" className="sticky top-6 hidden space-y-2 text-[13px] xl:block">
        {focused ? (
          <>
            <p className="font-medium">{focused.label}</p>
            <p className="text-ink-soft">{focused.help}</p>
            {focused.example === undefined ? null : (
              <p className="figures break-all text-ink-soft">Such as {JSON.stringify(focused.example)}</p>
            )}
            <p className="figures break-all text-ink-faint">{focused.path}</p>
          </>
        ) : (
          <p className="text-ink-faint">Help stands here for the field you are in.</p>
        )}
      </aside>
    </div>
  );
}
