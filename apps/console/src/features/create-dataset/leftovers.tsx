import type { JSONPath } from "jsonc-parser";
import { X } from "lucide-react";
import type { LeftoverValue } from "../../config-form/leftover-values.ts";
import { Button } from "../../ui/button.tsx";

/** What the JSON holds here beside the fields: kept until somebody removes it. */
export function Leftovers({
  values,
  onRemove,
}: {
  readonly values: readonly LeftoverValue[];
  readonly onRemove: (paths: readonly JSONPath[]) => void;
}) {
  if (values.length === 0) return null;
  return (
    <section aria-label="Also in the JSON" className="space-y-2 rounded-md bg-warn-wash p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">Also in the JSON</h3>
        {values.length > 1 ? (
          <Button size="small" onClick={() => onRemove(values.map(({ path }) => path))}>
            Remove all {values.length}
          </Button>
        ) : null}
      </div>
      <p className="text-[13px] text-ink-soft">
        Kept, but it does not go with what is chosen here. Choose differently, or remove it.
      </p>
      <ul className="space-y-1">
        {values.map(({ path, value }) => (
          <li key={path.join(".")} className="flex items-start gap-2">
            <span className="figures min-w-0 flex-1 break-all">
              {path.join(".")}
              <span className="text-ink-soft">: {shortened(JSON.stringify(value))}</span>
            </span>
            <Button look="quiet" size="tiny" aria-label={`Remove ${path.join(".")}`} onClick={() => onRemove([path])}>
              <X aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const charactersShownMax = 160;
function shortened(text: string): string {
  return text.length > charactersShownMax ? `${text.slice(0, charactersShownMax)}…` : text;
}
