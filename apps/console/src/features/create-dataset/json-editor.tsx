"use client";
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  snippet,
} from "@codemirror/autocomplete";
import { json } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, placeholder, type Tooltip } from "@codemirror/view";
import type { FormField } from "@letsdata/dataset/describe-form";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { getLocation, parse } from "jsonc-parser";
import { type RefObject, useEffect, useEffectEvent, useRef } from "react";
import { EditorEcho } from "./editor-echo.ts";
import { fieldAt, missingFields, templateOf } from "./editor-help.ts";

export interface EditorHandle {
  /** Puts the cursor there and shows it. */
  readonly goTo: (offset: number) => void;
}

export interface JsonEditorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** May answer with a better text for what was pasted. */
  readonly onPaste: (whole: string) => void;
  readonly diagnostics: readonly Diagnostic[];
  readonly handle: RefObject<EditorHandle | null>;
}

export function JsonEditor({ value, onChange, onPaste, diagnostics, handle }: JsonEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const echo = useRef(new EditorEcho());
  const changed = useEffectEvent(onChange);
  const pasted = useEffectEvent(onPaste);

  useEffect(() => {
    const editor = new EditorView({
      doc: value,
      parent: host.current!,
      extensions: [
        basicSetup,
        placeholder("Paste a dataset's JSON here, drop a file, or start from a sample."),
        json(),
        closeBrackets(),
        lintGutter(),
        look,
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "Dataset JSON", tabindex: "0" }),
        autocompletion({ override: [complete], icons: false }),
        hoverTooltip(hover),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          const text = update.state.doc.toString();
          echo.current.told(text);
          changed(text);
          if (update.transactions.some((transaction) => transaction.isUserEvent("input.paste"))) pasted(text);
        }),
      ],
    });
    view.current = editor;
    handle.current = {
      goTo: (offset) => {
        const at = Math.min(offset, editor.state.doc.length);
        editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
        editor.focus();
      },
    };
    return () => {
      handle.current = null;
      editor.destroy();
    };
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || echo.current.isOwn(value) || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const end = editor.state.doc.length;
    const inside = diagnostics.map((entry) => ({
      ...entry,
      from: Math.min(entry.from, end),
      to: Math.min(entry.to, end),
    }));
    editor.dispatch(setDiagnostics(editor.state, inside));
  }, [diagnostics]);

  return <div ref={host} className="h-full min-h-0" />;
}

function complete(context: CompletionContext): CompletionResult | null {
  const text = context.state.doc.toString();
  const location = getLocation(text, context.pos);
  const document: unknown = parse(text);
  const token = context.matchBefore(/"?[\w.-]*/);
  if (!context.explicit && (!token || token.from === token.to)) return null;
  const from = token?.from ?? context.pos;
  const closing = text[context.pos] === '"' ? 1 : 0;
  if (location.isAtPropertyKey) {
    const options = missingFields(document, location.path.slice(0, -1)).map((field) => ({
      label: field.name,
      detail: field.required ? "needed" : "",
      info: `${field.label}: ${field.help}`,
      boost: field.required ? 1 : 0,
      apply: snippet(templateOf(field)),
    }));
    return { from, to: context.pos + closing, options: matching(token?.text, options), filter: false };
  }
  const values = (fieldAt(document, location.path)?.choices ?? []).map(({ value, label }) => ({
    label: JSON.stringify(value),
    detail: label === value ? "" : label,
  }));
  return values.length === 0 ? null : { from, to: context.pos + closing, options: values };
}

/** Property names are typed with a quote in front; the list is matched without it. */
function matching<Option extends { label: string }>(typed: string | undefined, options: readonly Option[]): Option[] {
  const word = (typed ?? "").replace(/^"/, "").toLowerCase();
  return options.filter((option) => option.label.toLowerCase().includes(word));
}

function hover(view: EditorView, position: number): Tooltip | null {
  const text = view.state.doc.toString();
  const location = getLocation(text, position);
  const field = fieldAt(parse(text), location.path);
  if (!field || !location.previousNode) return null;
  const { offset, length } = location.previousNode;
  return {
    pos: offset,
    end: offset + length,
    above: true,
    create: () => ({ dom: helpElement(field) }),
  };
}

function helpElement(field: FormField): HTMLElement {
  const box = document.createElement("div");
  box.className = "max-w-96 space-y-1 px-3 py-2 font-sans text-[13px] leading-5";
  const line = (text: string, className: string) => {
    const element = document.createElement("p");
    element.textContent = text;
    element.className = className;
    box.append(element);
  };
  line(field.label, "font-medium");
  line(field.help, "text-ink-soft");
  for (const { name, values } of field.appliesWith) line(`With ${name} ${values.join(", ")}`, "text-ink-soft");
  if (field.defaultValue !== undefined && field.defaultValue !== "")
    line(`Left out, it is ${JSON.stringify(field.defaultValue)}`, "text-ink-soft");
  if (field.choices.length > 0)
    line(`One of ${field.choices.map(({ value }) => value).join(", ")}`, "figures text-ink-soft break-words");
  else if (field.example !== undefined)
    line(`Such as ${JSON.stringify(field.example)}`, "figures text-ink-soft break-all");
  return box;
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.string, color: "var(--accent)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: [tags.punctuation, tags.bracket, tags.separator], color: "var(--ink-faint)" },
]);

const look: Extension = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--page)", color: "var(--ink)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-placeholder": { color: "var(--ink-faint)" },
  ".cm-scroller": { fontFamily: "var(--font-geist-mono), monospace", lineHeight: "20px", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", padding: "12px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--page)", color: "var(--ink-faint)", border: "none", paddingLeft: "8px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--hover) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklab, var(--accent) 22%, transparent)",
  },
  ".cm-matchingBracket": { backgroundColor: "var(--selected)", outline: "none" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--hover)", border: "none", color: "var(--ink-soft)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
    boxShadow: "var(--shadow-soft)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-geist-mono), monospace", maxHeight: "16em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", lineHeight: "20px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--selected)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--ink-faint)", fontStyle: "normal" },
  ".cm-completionInfo": { padding: "8px 12px", maxWidth: "320px", fontFamily: "var(--font-geist-sans), sans-serif" },
  ".cm-diagnostic": { padding: "6px 12px", fontFamily: "var(--font-geist-sans), sans-serif" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panels input, .cm-panels button": {
    color: "var(--ink)",
    background: "var(--page)",
    border: "1px solid var(--line)",
  },
});
