import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { Fragment, type ReactNode } from "react";

export interface Crumb {
  readonly text: string;
  readonly href: string;
}

/** Breadcrumb, title, and the page's main action on the right. */
export function PageHeader({
  crumbs,
  title,
  action,
  below,
}: {
  readonly crumbs?: readonly Crumb[];
  readonly title: ReactNode;
  readonly action?: ReactNode;
  readonly below?: ReactNode;
}) {
  return (
    <header className="px-4 pt-5 pb-4 md:px-8">
      {crumbs && crumbs.length > 0 ? (
        <nav aria-label="Breadcrumb" className="mb-1 flex flex-wrap items-center gap-1 text-[13px] text-ink-soft">
          {crumbs.map((crumb, index) => (
            <Fragment key={crumb.href}>
              {index > 0 ? <ChevronRight aria-hidden className="size-3.5" /> : null}
              <Link href={crumb.href} className="py-0.5 hover:text-ink hover:underline">
                {crumb.text}
              </Link>
            </Fragment>
          ))}
          <ChevronRight aria-hidden className="size-3.5" />
        </nav>
      ) : null}
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <h1 className="min-w-0 text-xl leading-8 font-semibold tracking-tight break-words">{title}</h1>
        {action ? <div className="flex flex-wrap items-center gap-2">{action}</div> : null}
      </div>
      {below}
    </header>
  );
}
