"use client";
import { Download } from "lucide-react";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { headOf } from "./format.ts";

/** A browser lays out this much at once; an error record may have 64 MiB. */
const shownCharactersMax = 256 * 1024;

/** Text to read, copy and keep. `fileName` adds a download. Of a long text the beginning is shown; copy and download have all of it. */
export function CodeBlock({
  value,
  label,
  fileName,
  maxHeight,
}: {
  readonly value: string;
  readonly label: string;
  readonly fileName?: string;
  readonly maxHeight?: number;
}) {
  const shown = headOf(value, shownCharactersMax);
  return (
    <figure className="min-w-0 overflow-hidden rounded-md border border-line bg-surface">
      <figcaption className="flex h-9 items-center gap-1 border-b border-line pr-1 pl-3 text-[13px] text-ink-soft">
        <span className="min-w-0 flex-1 truncate">{label}</span>
        {fileName ? (
          <Button
            look="quiet"
            size="tiny"
            aria-label={`Download ${fileName}`}
            title={`Download ${fileName}`}
            onClick={() => downloadText(fileName, value)}
          >
            <Download aria-hidden />
          </Button>
        ) : null}
        <CopyButton value={value} label={`Copy ${label}`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1). */}
      <section tabIndex={0} aria-label={label} className="overflow-auto p-3" style={{ maxHeight: maxHeight ?? 480 }}>
        <pre className="figures leading-5">{shown}</pre>
      </section>
      {shown.length < value.length ? (
        <p className="border-t border-line px-3 py-1.5 text-[13px] text-ink-soft">
          The first {shown.length.toLocaleString("en")} of {value.length.toLocaleString("en")} characters.{" "}
          {fileName ? "Copy and download have all of them." : "Copy has all of them."}
        </p>
      ) : null}
    </figure>
  );
}

function downloadText(fileName: string, value: string): void {
  const address = URL.createObjectURL(new Blob([value], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}
