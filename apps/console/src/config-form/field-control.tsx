"use client";
import type { FormField } from "@letsdata/dataset/describe-form";
import { useEffect, useState } from "react";
import { Input, Select, TextArea } from "../ui/input.tsx";
import { Labelled } from "../ui/labelled.tsx";
import { FieldHelp } from "./field-help.tsx";
import { MapControl } from "./map-control.tsx";
import { rowsOfMap } from "./map-rows.ts";
import { shownValue, typedValue } from "./set-value.ts";

export interface FieldControlProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly errors: readonly string[];
  readonly onChange: (value: unknown) => void;
  readonly onFocus: () => void;
}

const errorsShownMax = 5;

/** The control an attribute's kind asks for, with its label, what is wrong with it and, where no panel is beside it, its help. */
export function FieldControl({ field, value, errors, onChange, onFocus }: FieldControlProps) {
  const shown = shownValue(value);
  const [typed, setTyped] = useState(shown);
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    if (!focused) setTyped(shown);
  }, [shown, focused]);
  const placeholder =
    field.defaultValue !== undefined
      ? `${shownValue(field.defaultValue)} if left empty`
      : field.example !== undefined
        ? `such as ${shownValue(field.example)}`
        : "";
  const error =
    errors.length === 0
      ? undefined
      : errors.slice(0, errorsShownMax).map((message) => (
          <span key={message} className="block break-words">
            {message}
          </span>
        ));
  const events = {
    "data-path": field.path,
    onFocus: () => {
      setFocused(true);
      onFocus();
    },
    onBlur: () => setFocused(false),
    onChange: (event: { readonly target: { readonly value: string } }) => {
      // Entered before the page was ready to be told.
      setFocused(true);
      setTyped(event.target.value);
      onChange(typedValue(field, event.target.value));
    },
  };
  return (
    <div>
      <Labelled
        label={field.label}
        optional={!field.required}
        error={error}
        hint={<span className="figures break-all text-ink-faint">{field.path}</span>}
      >
        {(ids) => {
          if (field.kind === "choice") {
            const chosen =
              field.choices.find((choice) => choice.value.toLowerCase() === typed.toLowerCase())?.value ?? typed;
            return (
              <Select {...ids} {...events} value={chosen}>
                <option value="">
                  {field.defaultValue === undefined
                    ? field.required
                      ? "Choose…"
                      : "Not set"
                    : `${field.choices.find(({ value }) => value === field.defaultValue)?.label ?? shownValue(field.defaultValue)} (default)`}
                </option>
                {chosen !== "" && !field.choices.some((choice) => choice.value === chosen) ? (
                  <option value={chosen}>{chosen}</option>
                ) : null}
                {field.choices.map((choice) => (
                  <option key={choice.value} value={choice.value}>
                    {choice.label}
                  </option>
                ))}
              </Select>
            );
          }
          if (field.kind === "map" && rowsOfMap(value) !== undefined) {
            return (
              <MapControl
                id={ids.id}
                label={field.label}
                path={field.path}
                value={value}
                example={field.example}
                describedBy={ids["aria-describedby"]}
                invalid={ids["aria-invalid"]}
                onChange={onChange}
                onFocus={onFocus}
              />
            );
          }
          if (field.kind === "long-text" || field.kind === "map" || field.kind === "json") {
            return (
              <TextArea
                {...ids}
                {...events}
                value={typed}
                placeholder={placeholder}
                spellCheck={false}
                className="figures"
              />
            );
          }
          return (
            <Input
              {...ids}
              {...events}
              value={typed}
              placeholder={placeholder}
              inputMode={field.kind === "number" ? "numeric" : "text"}
              spellCheck={false}
              autoComplete="off"
              className="figures"
            />
          );
        }}
      </Labelled>
      <details className="mt-1 text-[13px] xl:hidden">
        <summary className="w-fit cursor-pointer text-accent">About {field.label}</summary>
        <div className="pt-1">
          <FieldHelp field={field} value={value} />
        </div>
      </details>
    </div>
  );
}
