"use client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "../ui/button.tsx";
import type { UrlState } from "./url-state.ts";

/** The address holds the cursor of every page walked through; the last one is shown. */
export function cursorOf(url: UrlState): string | undefined {
  return url.getAll("cursor").at(-1);
}

export function Pager({
  url,
  nextCursor,
  shown,
  total,
  noun,
}: {
  readonly url: UrlState;
  readonly nextCursor: string | null | undefined;
  readonly shown: number;
  readonly total?: number | null;
  readonly noun: string;
}) {
  const trail = url.getAll("cursor");
  return (
    <nav
      aria-label={`Pages of ${noun}`}
      className="flex min-h-8 flex-wrap items-center justify-between gap-2 px-4 py-3 text-[13px] text-ink-soft md:px-8"
    >
      <span>
        <span className="figures">{shown.toLocaleString("en-US")}</span> {shown === 1 ? noun.replace(/s$/, "") : noun}{" "}
        on page <span className="figures">{trail.length + 1}</span>
        {typeof total === "number" ? (
          <>
            {" · "}
            <span className="figures">{total.toLocaleString("en-US")}</span> in all
          </>
        ) : null}
      </span>
      {trail.length === 0 && !nextCursor ? null : (
        <span className="flex gap-2">
          <Button size="small" disabled={trail.length === 0} onClick={() => url.set({ cursor: trail.slice(0, -1) })}>
            <ChevronLeft aria-hidden />
            Previous
          </Button>
          <Button
            size="small"
            disabled={!nextCursor}
            onClick={() => nextCursor && url.set({ cursor: [...trail, nextCursor] })}
          >
            Next
            <ChevronRight aria-hidden />
          </Button>
        </span>
      )}
    </nav>
  );
}
