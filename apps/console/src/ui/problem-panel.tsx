"use client";
import { CircleAlert, RotateCw } from "lucide-react";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { problemOf } from "./problem.ts";

/** What happened, to which object, what to do; with its code and copyable detail. */
export function ProblemPanel({
  thrown,
  onRetry,
  title,
}: {
  readonly thrown: unknown;
  readonly onRetry?: () => void;
  readonly title?: string;
}) {
  const problem = problemOf(thrown);
  return (
    <div role="alert" className="flex gap-3 rounded-md border border-line bg-bad-wash p-4">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-medium break-words">{title ?? problem.message}</p>
        {title ? <p className="text-ink-soft break-words">{problem.message}</p> : null}
        <p className="text-ink-soft">{problem.fix}</p>
        {problem.errors.length > 0 ? (
          <ul className="list-disc space-y-1 pt-1 pl-4 text-ink-soft">
            {problem.errors.map((entry) => (
              <li key={`${entry.path}:${entry.code}:${entry.message}`} className="break-words">
                {entry.path && !entry.message.startsWith(entry.path) ? (
                  <span className="figures text-ink">{entry.path} </span>
                ) : null}
                {entry.message}
                {entry.fix && entry.fix !== problem.fix ? <span className="block">{entry.fix}</span> : null}
              </li>
            ))}
          </ul>
        ) : null}
        <p className="flex flex-wrap items-center gap-2 pt-1 text-[13px] text-ink-soft">
          <span className="figures">{problem.code}</span>
          {problem.requestId ? <span className="figures">request {problem.requestId}</span> : null}
          <CopyButton value={JSON.stringify(problem, null, 2)} label="Copy details" />
          {onRetry ? (
            <Button size="small" onClick={onRetry}>
              <RotateCw aria-hidden />
              Try again
            </Button>
          ) : null}
        </p>
      </div>
    </div>
  );
}
