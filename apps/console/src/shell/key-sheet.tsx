"use client";
import { Dialog } from "../ui/dialog.tsx";

const keys: readonly (readonly [string, string])[] = [
  ["⌘K or Ctrl K", "Go to a page or dataset"],
  ["/", "Filter the list"],
  ["j, k", "Next, previous row"],
  ["Enter", "Open the row"],
  ["Esc", "Close what is open"],
  ["?", "This sheet"],
];

export function KeySheet({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="divide-y divide-line">
        {keys.map(([key, meaning]) => (
          <div key={key} className="flex h-9 items-center justify-between gap-4">
            <dt className="text-ink-soft">{meaning}</dt>
            <dd>
              <kbd className="figures rounded-sm border border-line bg-surface px-1.5 py-0.5">{key}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
