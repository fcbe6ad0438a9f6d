"use client";
import type { Diagnostic } from "@codemirror/lint";
import dynamic from "next/dynamic";
import type { ReactNode, RefObject } from "react";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { EditorHandle } from "./json-editor.tsx";

const JsonEditor = dynamic(async () => (await import("./json-editor.tsx")).JsonEditor, {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-4/5" />,
});

export interface JsonDoorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** May answer with a better text for what was pasted. */
  readonly onPaste: (whole: string) => void;
  readonly diagnostics: readonly Diagnostic[];
  readonly editor: RefObject<EditorHandle | null>;
  /** What stands beside the text. */
  readonly children: ReactNode;
}

export function JsonDoor({ text, onChange, onPaste, diagnostics, editor, children }: JsonDoorProps) {
  return (
    <div className="grid flex-1 grid-cols-1 border-t border-line lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="relative h-[60dvh] min-h-80 min-w-0 border-b border-line lg:sticky lg:top-0 lg:h-[calc(100dvh-8.5rem)] lg:border-b-0">
        <JsonEditor value={text} onChange={onChange} onPaste={onPaste} diagnostics={diagnostics} handle={editor} />
      </div>
      <aside aria-label="Check and access" className="space-y-8 border-line px-4 py-4 md:px-8 lg:border-l lg:px-5">
        {children}
      </aside>
    </div>
  );
}
