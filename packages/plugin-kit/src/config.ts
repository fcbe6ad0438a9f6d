import type { z } from "zod";

/** What people read about one attribute, in form, JSON editor, reference and schema alike. */
export interface FieldText {
  readonly label: string;
  /** What it is and when to use it. */
  readonly help: string;
  readonly example?: unknown;
  /** Set by the system; refused from people unless it is a generated name. */
  readonly generated?: boolean;
  /** Words in which the console talks about an enum's values. */
  readonly valueLabels?: Readonly<Record<string, string>>;
  /** Where the wizard asks for it, when not with the rest of its component. */
  readonly part?: "handler" | "access";
}

/** The only way to attach label, help and example to an attribute. */
export function field<S extends z.ZodType>(schema: S, text: FieldText): S {
  const { label, help, example, generated, valueLabels, part } = text;
  return schema.meta({
    title: label,
    description: help,
    ...(example === undefined ? {} : { examples: [example] }),
    ...(generated ? { "x-generated": true } : {}),
    ...(valueLabels ? { "x-value-labels": valueLabels } : {}),
    ...(part ? { "x-part": part } : {}),
  }) as S;
}
