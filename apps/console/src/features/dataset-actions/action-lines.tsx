"use client";
import { CodeBlock } from "../../ui/code-block.tsx";
import type { ActionLines } from "./cli-lines.ts";

export function ActionLinesView({ lines }: { readonly lines: ActionLines }) {
  return (
    <details className="text-[13px]">
      <summary className="cursor-pointer py-1 text-ink-soft hover:text-ink">The same from a terminal</summary>
      <div className="space-y-2 pt-2">
        <CodeBlock label="letsdata" value={lines.cli} />
        <CodeBlock label="curl" value={lines.curl} />
      </div>
    </details>
  );
}
