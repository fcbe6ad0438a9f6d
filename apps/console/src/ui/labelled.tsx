import { type ReactNode, useId } from "react";

export interface LabelledIds {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

/** A label, a control, and its help or error tied to it. */
export function Labelled({
  label,
  hint,
  error,
  optional,
  children,
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly error?: ReactNode;
  readonly optional?: boolean;
  readonly children: (ids: LabelledIds) => ReactNode;
}) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block text-[13px] font-medium">
        {label}
        {optional ? <span className="font-normal text-ink-faint"> optional</span> : null}
      </label>
      {children({ id, "aria-describedby": note ? `${id}-note` : undefined, "aria-invalid": error ? true : undefined })}
      {note ? (
        <p id={`${id}-note`} className={`text-[13px] ${error ? "text-bad" : "text-ink-soft"}`}>
          {note}
        </p>
      ) : null}
    </div>
  );
}
