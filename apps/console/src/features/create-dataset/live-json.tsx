"use client";
import { parseTree } from "jsonc-parser";
import { useEffect, useMemo, useRef } from "react";
import { lineOf, rangeOfPath } from "../../config-form/json-path.ts";
import { CopyButton } from "../../ui/copy-button.tsx";

const linesShownMax = 400;
const lineCharactersMax = 400;

/** What was pasted as one line is shown on many; everything else as it was written. */
function onSeveralLines(text: string): string {
  if (text.includes("\n")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The JSON as it is now, with the lines of the field one is in marked and in view. */
export function LiveJson({ text: written, path }: { readonly text: string; readonly path: string | undefined }) {
  const text = useMemo(() => onSeveralLines(written), [written]);
  const marked = useRef<HTMLSpanElement>(null);
  const lines = useMemo(() => text.split("\n"), [text]);
  const line = useMemo(() => {
    const tree = path === undefined ? undefined : parseTree(text);
    return tree && path ? lineOf(text, rangeOfPath(tree, path).from) : 0;
  }, [text, path]);
  useEffect(() => {
    const box = marked.current?.closest("section");
    if (line > 0 && box && marked.current) box.scrollTop = marked.current.offsetTop - box.clientHeight / 2;
  }, [line]);
  return (
    <figure className="min-w-0 overflow-hidden rounded-md border border-line bg-surface">
      <figcaption className="flex h-9 items-center gap-1 border-b border-line pr-1 pl-3 text-[13px] text-ink-soft">
        <span className="flex-1">The JSON so far</span>
        <CopyButton value={text} label="Copy the JSON so far" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1). */}
      <section tabIndex={0} aria-label="The JSON so far" className="relative max-h-[44dvh] min-h-24 overflow-auto py-2">
        <pre className="figures text-xs leading-5">
          {lines.slice(0, linesShownMax).map((content, index) => (
            <span
              key={index}
              ref={index + 1 === line ? marked : null}
              className={`block px-3 ${index + 1 === line ? "bg-selected" : ""}`}
            >
              {content.slice(0, lineCharactersMax) || " "}
            </span>
          ))}
          {lines.length > linesShownMax ? <span className="block px-3 text-ink-soft">…</span> : null}
        </pre>
      </section>
    </figure>
  );
}
