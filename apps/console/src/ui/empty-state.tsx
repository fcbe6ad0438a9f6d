import type { ReactNode } from "react";

/** Nothing yet, nothing matches, or not allowed: says which, and the one thing to do. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-16 text-center">
      <p className="text-base font-medium">{title}</p>
      <div className="max-w-md text-ink-soft">{children}</div>
      {action ? <div className="flex flex-wrap justify-center gap-2 pt-3">{action}</div> : null}
    </div>
  );
}
