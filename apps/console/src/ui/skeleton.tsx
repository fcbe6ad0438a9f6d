import { classNames } from "./class-names.ts";

export function Skeleton({ className }: { readonly className?: string }) {
  return <span aria-hidden className={classNames("skeleton block h-3.5", className)} />;
}
