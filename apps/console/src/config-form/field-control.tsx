"use client";
import type { FormField } from "@letsdata/dataset/describe-form";
import { useEffect, useState } from "react";
import { Input, Select, TextArea } from "../ui/input.tsx";
import { Labelled } from "../ui/labelled.tsx";
import { shownValue, typedValue } from "./set-value.ts";

export interface FieldControlProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly error: string | undefined;
  readonly onChange: (value: unknown) => void;
  readonly onFocus: () => void;
}

/** The control an attribute's kind asks for, with its label and what is wrong with it. */
export function FieldControl({ field, value, error, onChange, onFocus }: FieldControlProps) {
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
  const events = {
    onFocus: () => {
      setFocused(true);
      onFocus();
    },
    onBlur: () => setFocused(false),
    onChange: (event: { readonly target: { readonly value: string } }) => {
      setTyped(event.target.value);
      onChange(typedValue(field, event.target.value));
    },
  };
  return (
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
                {field.defaultValue === undefined ? "Choose…" : `${shownValue(field.defaultValue)} (default)`}
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
  );
}
