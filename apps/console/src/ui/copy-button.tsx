"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";
import { announceProblem } from "./toasts.tsx";

/** Copies `value`; `label` names it for people who cannot see the icon. */
export function CopyButton({
  value,
  label,
  withText,
}: {
  readonly value: string;
  readonly label: string;
  readonly withText?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      look={withText ? "plain" : "quiet"}
      size={withText ? "small" : "tiny"}
      aria-label={copied ? `${label}: copied` : label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        event.preventDefault();
        navigator.clipboard.writeText(value).then(() => setCopied(true), announceProblem);
      }}
    >
      {copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
      {withText ? (copied ? "Copied" : label) : null}
    </Button>
  );
}

/** An id or ARN: monospaced, cut in the middle of nothing, copyable. */
export function CopyableText({
  value,
  label,
  className,
}: {
  readonly value: string;
  readonly label: string;
  readonly className?: string;
}) {
  return (
    <span className={`inline-flex max-w-full min-w-0 items-center gap-1 ${className ?? ""}`}>
      <span className="figures min-w-0 truncate" title={value}>
        {value}
      </span>
      <CopyButton value={value} label={label} />
    </span>
  );
}
