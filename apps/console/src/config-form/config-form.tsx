"use client";
import type { FormField } from "@letsdata/dataset/describe-form";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { FieldControl } from "./field-control.tsx";
import { valueAt } from "./set-value.ts";

export interface ConfigFormProps {
  readonly fields: readonly FormField[];
  readonly document: unknown;
  readonly findings: readonly ProblemDetail[];
  readonly onChange: (path: string, value: unknown) => void;
  readonly onFocus: (field: FormField) => void;
}

/** Draws any configuration from its description: only what applies, groups inside groups. */
export function ConfigForm({ fields, document, findings, onChange, onFocus }: ConfigFormProps) {
  return (
    <div className="space-y-5">
      {fields.map((field) =>
        field.kind === "group" ? (
          <fieldset key={field.path} className="min-w-0 space-y-4 border-l-2 border-line pl-4">
            <legend className="-ml-4 pb-2 font-medium">
              {field.label}
              {field.required ? null : <span className="font-normal text-ink-faint"> optional</span>}
            </legend>
            {messagesAt(findings, field.path).map((message) => (
              <p key={message} className="text-[13px] text-bad">
                {message}
              </p>
            ))}
            <ConfigForm
              fields={field.fields}
              document={document}
              findings={findings}
              onChange={onChange}
              onFocus={onFocus}
            />
          </fieldset>
        ) : (
          <FieldControl
            key={field.path}
            field={field}
            value={valueAt(document, field.path)}
            errors={messagesAt(findings, field.path, field.kind === "map" || field.kind === "json")}
            onChange={(value) => onChange(field.path, value)}
            onFocus={() => onFocus(field)}
          />
        ),
      )}
    </div>
  );
}

/** What is wrong at `path`, or, where one control shows a whole object, anywhere inside it. */
function messagesAt(findings: readonly ProblemDetail[], path: string, andInside = false): readonly string[] {
  return findings
    .filter(
      (finding) =>
        finding.path === path ||
        (andInside && /^[.[]/.test(finding.path.slice(path.length)) && finding.path.startsWith(path)),
    )
    .map((finding) => (finding.fix ? `${finding.message}. ${finding.fix}`.replace("..", ".") : finding.message));
}
