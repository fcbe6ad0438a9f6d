"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { classNames } from "../../ui/class-names.ts";

const tabs = [
  { path: "", text: "Overview" },
  { path: "/tasks", text: "Tasks" },
  { path: "/errors", text: "Errors" },
  { path: "/logs", text: "Logs" },
  { path: "/metrics", text: "Metrics" },
  { path: "/usage", text: "Usage" },
  { path: "/configuration", text: "Configuration" },
] as const;

export function DatasetTabs({ reference }: { readonly reference: string }) {
  const here = usePathname();
  const base = `/datasets/${encodeURIComponent(reference)}`;
  return (
    <nav aria-label="Dataset" className="overflow-x-auto overflow-y-hidden border-b border-line px-2 md:px-6">
      <ul className="flex">
        {tabs.map(({ path, text }) => {
          const active = here === `${base}${path}`;
          return (
            <li key={path}>
              <Link
                href={`${base}${path}`}
                aria-current={active ? "page" : undefined}
                className={classNames(
                  "-mb-px flex h-9 items-center border-b-2 border-transparent px-2.5 whitespace-nowrap text-ink-soft hover:text-ink -outline-offset-2",
                  active && "border-accent font-medium text-ink",
                )}
              >
                {text}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
