import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

const look =
  "h-8 w-full min-w-0 rounded-md border border-line-strong bg-page px-2.5 text-sm text-ink disabled:opacity-60 aria-invalid:border-bad";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={classNames(look, className)} {...rest} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={classNames(look, "h-auto min-h-24 py-2 leading-5", className)} {...rest} />;
}

/** The platform's own list: right on phones, with screen readers and by keyboard. */
export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select className={classNames(look, "pr-6", className)} {...rest} />;
}
