import type { FormField } from "@letsdata/dataset/describe-form";
import { shownValue } from "./set-value.ts";

/** The element of the JSON a field fills, alone in its place. */
export function snippetOf(path: string, value: unknown): string {
  const nested = path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  return JSON.stringify(nested, null, 2);
}

/** What it is, when to use it, what may stand there, an example, and the JSON it fills as it is now. */
export function FieldHelp({ field, value }: { readonly field: FormField; readonly value: unknown }) {
  const filled = value !== undefined && value !== null;
  return (
    <div className="space-y-2 text-[13px]">
      <p className="text-ink-soft">{field.help}</p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
        <Term name="Needed">{whenNeeded(field)}</Term>
        {field.appliesWith.length > 0 ? (
          <Term name="With">
            {field.appliesWith.map(({ name, values }) => (
              <span key={name} className="figures block break-words">
                {name} {values.join(", ")}
              </span>
            ))}
          </Term>
        ) : null}
        {field.minimum !== undefined || field.maximum !== undefined ? (
          <Term name="Range">
            {field.minimum ?? "…"} to {field.maximum ?? "…"}
            {field.step && field.step > 1 ? ` in steps of ${field.step}` : ""}
          </Term>
        ) : null}
        {field.choices.length > 1 ? (
          <Term name="One of">
            {field.choices.map((choice) => (
              <span key={choice.value} className="block break-words">
                {choice.label}
                {choice.label === choice.value ? null : <span className="figures text-ink-soft"> {choice.value}</span>}
              </span>
            ))}
          </Term>
        ) : field.example === undefined ? null : (
          <Term name="Example">
            <span className="figures break-all whitespace-pre-wrap">{shownValue(field.example)}</span>
          </Term>
        )}
      </dl>
      <figure className="space-y-1">
        <figcaption className="text-ink-soft">{filled ? "In the JSON" : "In the JSON, for example"}</figcaption>
        <pre className="figures max-h-48 overflow-hidden rounded-md bg-surface p-2 leading-5 break-all whitespace-pre-wrap">
          {shortened(snippetOf(field.path, filled ? value : (field.example ?? field.defaultValue ?? "…")))}
        </pre>
      </figure>
    </div>
  );
}

function Term({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

function whenNeeded(field: FormField): string {
  if (field.required) return "always";
  if (field.defaultValue === undefined || field.defaultValue === "") return "no";
  return `no; ${shownValue(field.defaultValue)} if left empty`;
}

const charactersShownMax = 600;
function shortened(text: string): string {
  return text.length > charactersShownMax ? `${text.slice(0, charactersShownMax)}…` : text;
}
