"use client";
import { FileClock } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { RelativeTime } from "../../ui/clock.tsx";

/** The draft left behind: go on with it, or throw it away. */
export function DraftOffer({
  name,
  savedAt,
  onResume,
  onDiscard,
}: {
  readonly name: string;
  readonly savedAt: number;
  readonly onResume: () => void;
  readonly onDiscard: () => void;
}) {
  return (
    <section
      aria-label="Unfinished draft"
      className="mx-4 mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-line bg-surface px-3 py-2 md:mx-8"
    >
      <FileClock aria-hidden className="size-4 text-ink-soft" />
      <p className="min-w-56 flex-1 break-words">
        You left {name === "" ? "a draft" : <span className="font-medium">{name}</span>} unfinished{" "}
        <RelativeTime time={savedAt} />
        <span className="text-ink-soft">. Beginning another replaces it.</span>
      </p>
      <span className="flex gap-2">
        <Button size="small" onClick={onResume}>
          Resume
        </Button>
        <Button look="quiet" size="small" onClick={onDiscard}>
          Discard
        </Button>
      </span>
    </section>
  );
}
